#pragma once

#include <memory>
#include <string>

#include "ground/http/message.h"
#include "ground/vocabulary/result.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// {"error": message}, as the Open Inference Protocol has every error.
http::Response Refused(int status, const std::string& message);
http::Response Refused(const Error& error);

/// The version that the path's {model} and {version} name (whatever is in production when it names none), or
/// NotFound in the words that clients of the protocol know.
Result<std::shared_ptr<const serving::Offer>> Asked(serving::Service& service, const http::Request& request);

}  // namespace cairn::inference

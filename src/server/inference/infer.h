#pragma once

#include "ground/http/message.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// POST /v2/models/{model}[/versions/{version}]/infer. What it took is counted in the service's statistics.
http::Response Infer(serving::Service& service, const http::Request& request);

}  // namespace cairn::inference

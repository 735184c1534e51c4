#pragma once

#include <memory>
#include <string>

#include "loop/moving/source.h"

namespace cairn::moving {

/// A running MLflow server, through its REST API (2.0). What its API hides does not come over: deleted logged
/// models, and the numbers of deleted versions. Artifacts come through it, but those in a bucket from there.
Result<std::unique_ptr<Source>> OpenMlflowServer(const std::string& url, const Origin& origin);

}  // namespace cairn::moving

#pragma once

#include <memory>
#include <string>

#include "loop/moving/source.h"

namespace cairn::moving {

/// A running MLflow server, through its REST API (2.0). What its API hides does not come over: deleted logged
/// models, and the numbers of deleted versions.
Result<std::unique_ptr<Source>> OpenMlflowServer(const std::string& url);

}  // namespace cairn::moving

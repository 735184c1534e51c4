#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/tracked.h"

namespace cairn::repository {

/// What the texts below `root` track, sorted by path; read by all processors while they walk.
Result<std::vector<TrackedPath>> CollectTracked(const std::string& root);

}  // namespace cairn::repository

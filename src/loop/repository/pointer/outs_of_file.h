#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/tracked.h"

namespace cairn::repository {

/// What one `.dvc` file or dvc.yaml tracks, as TrackedIn has it. `lock_beside`: there is a dvc.lock in its
/// folder.
Result<std::vector<TrackedPath>> OutsOfFile(
    const std::string& file, bool lock_beside,
    const std::function<Result<std::string>(const std::string&)>& read);

}  // namespace cairn::repository

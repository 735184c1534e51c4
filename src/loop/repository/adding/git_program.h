#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// Whether git records `path` (a file, or a folder with such a file below it) in its index. Asked of the
/// program git, which knows every form of index; false where there is no such program.
Result<bool> IsKeptByGit(const std::string& git_root, const std::string& path);

/// `git add` of these files (absolute). Unavailable with git's own words when it fails.
Result<> StageInGit(const std::string& git_root, const std::vector<std::string>& files);

}  // namespace cairn::repository

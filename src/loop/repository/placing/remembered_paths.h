#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// The paths that were tracked when Cairn last put something under version or checked everything out: what is
/// tracked no more, though nobody gave it up here, a checkout takes away. Kept in `.dvc/tmp`; only ever a
/// hint.
Result<> RememberPaths(const WorkingTree& tree, std::vector<std::string> paths);
std::vector<std::string> RememberedPaths(const WorkingTree& tree);

}  // namespace cairn::repository

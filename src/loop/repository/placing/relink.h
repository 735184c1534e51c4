#pragma once

#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/adding/reading.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// Replaces files of the working tree, whose bytes have just been stored, by links to their objects, where
/// the cache is used by links. A file that changed since it was read stays as it is.
Result<> RelinkRead(WorkingTree& tree, const std::vector<ReadTarget>& read);

}  // namespace cairn::repository

#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/remote.h"

namespace cairn::repository {

/// Every object in a tree of objects on this machine, newer ones first, each kind by name; none when there is
/// no such folder.
Result<std::vector<HeldObject>> ObjectsBelow(const std::string& root);

/// Hidden files that killed processes left in it, and hidden folders, each after what is in it.
Result<std::vector<Leftover>> LeftoversBelow(const std::string& root);

}  // namespace cairn::repository

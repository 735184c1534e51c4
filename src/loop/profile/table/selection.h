#pragma once

#include <string>
#include <vector>

#include "ground/tables/engine.h"

namespace cairn::profile {

/// What stands in the SELECT that reads `fields`: whole numbers that may be beyond 64 bits are read as reals,
/// and their fields say so then.
std::string Selection(std::vector<tables::Field>& fields);

}  // namespace cairn::profile

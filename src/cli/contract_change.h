#pragma once

#include <string>
#include <vector>

#include "loop/ci/change.h"
#include "loop/ci/outcome.h"

namespace cairn::cli {

/// A case for each data set whose contract is another one than at the commit that a change is held against:
/// failed when it promises consumers less, naming what, unless that is `allowed`; passed otherwise. `scratch`
/// is a folder for the files of then.
std::vector<ci::Case> ContractCases(const ci::Change& change, const std::string& scratch, bool allowed);

}  // namespace cairn::cli

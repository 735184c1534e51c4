#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "loop/contract/contract.h"
#include "loop/contract/scan/gauge.h"

namespace cairn::contract {

/// A column here and in the files it is compared with.
struct Likeness {
  tables::Engine& engine;
  const std::vector<std::string>& files;
  const std::vector<std::string>& others;  ///< None when the test has counts of its own.
  const Contract& contract;
  const std::string& column;
  std::stop_token stop;
};

/// Whether a column is distributed as it was. Unprocessable when a side has no value or the column is not
/// there.
Result<Finding> Liken(const Likeness& likeness, const LikeOther& test);

}  // namespace cairn::contract

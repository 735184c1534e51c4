#pragma once

#include <string>
#include <vector>

#include "ground/sql/connection.h"

/// Where the records say that artifacts are.
namespace cairn::tracking {

struct HeldUris {
  std::vector<std::string> experiments;  ///< The locations of all experiments, deleted ones too.
  std::vector<std::string> holders;      ///< Those of all runs and logged models, deleted ones too.
};
Result<HeldUris> ReadHeldUris(sql::Connection& connection);

}  // namespace cairn::tracking

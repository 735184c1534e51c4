#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/serving/service.h"

namespace cairn::package {

/// Rows and what the version answered to them when it was packaged.
struct Golden {
  serving::Columns columns;
  std::size_t rows = 0;
  /// One a output: {"name", "datatype", "shape", "data"}, the data row by row. What is not finite stands
  /// there by its name.
  Json outputs;
};

Json ToJson(const Golden& golden);
/// Corrupt when it is not what ToJson writes.
Result<Golden> ParseGolden(const Json& json);

/// Asks the service, and keeps what it answers; rows that it refuses for their content, or that the version
/// fails on, are left out. Unprocessable when none is left; the errors of Service::Predict.
Result<Golden> Record(serving::Service& service, const serving::Question& question);
/// Corrupt naming the first row (vector) and output that differ, with both values. Whole numbers, truth
/// values and texts must be equal; numbers may differ by 1e-6 and 1e-4 of themselves (1e-2 in 16 bits), as
/// another processor's instructions make them.
Result<> Check(const Golden& golden, serving::Service& service);

}  // namespace cairn::package

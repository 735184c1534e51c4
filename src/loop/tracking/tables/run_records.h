#pragma once

#include <span>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/records.h"
#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {

enum class InputModels { Left, Read };

/// The runs with everything that was logged to them, in the same order.
Result<std::vector<Run>> ReadRecords(sql::Connection& connection, std::vector<StoredRun> runs,
                                     InputModels input_models);

}  // namespace cairn::tracking

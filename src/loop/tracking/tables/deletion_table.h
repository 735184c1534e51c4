#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/records.h"
#include "loop/tracking/tables/run_table.h"

/// Every SQL sentence that erases what hangs on a run, a logged model or an experiment. A new table that
/// belongs to one of them is named in its list here.
namespace cairn::tracking {

/// A table's rows that hang on something, and what people call them.
struct Hanging {
  std::string_view table;
  std::string_view owner;                 ///< The column that names what they hang on.
  std::string_view plural;                ///< "": not worth telling.
  std::string_view measure = "COUNT(*)";  ///< How many there are, as SQL over the rows.
};
std::span<const Hanging> HangingOnRuns();         ///< By the run's number.
std::span<const Hanging> HangingOnModels();       ///< By the logged model's id.
std::span<const Hanging> HangingOnExperiments();  ///< By the experiment's id.

Result<std::int64_t> CountHanging(sql::Connection& connection, const Hanging& rows,
                                  std::span<const sql::Value> owners);
Result<> EraseHanging(sql::Connection& connection, const Hanging& rows, std::span<const sql::Value> owners);

Result<std::vector<StoredRun>> ReadRunsOf(sql::Connection& connection, ExperimentId experiment);
/// The numbers of these runs; those that are not there are left out.
Result<std::vector<sql::Value>> ReadRunNumbers(sql::Connection& connection, std::span<const sql::Value> ids);
Result<std::vector<LoggedModel>> ReadModelsOf(sql::Connection& connection, ExperimentId experiment);
/// The models that these runs logged.
Result<std::vector<LoggedModel>> ReadModelsMadeBy(sql::Connection& connection,
                                                  std::span<const sql::Value> run_ids);

}  // namespace cairn::tracking

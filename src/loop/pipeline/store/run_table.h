#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/pipeline/record.h"

/// Every SQL sentence about runs of the pipeline and their stages.
namespace cairn::pipeline {

Result<> InsertRun(sql::Connection& connection, const RunRecord& run, std::string_view home);
Result<> UpdateRun(sql::Connection& connection, const RunRecord& run);
/// Of runs that ended: whoever waits for ends was told of this one; those of which nobody was, oldest first.
Result<> MarkTold(sql::Connection& connection, std::string_view id);
Result<std::vector<std::string>> SelectUntold(sql::Connection& connection, std::string_view home);
Result<> UpdateStage(sql::Connection& connection, std::string_view run, std::size_t place,
                     const StageRecord& stage);

/// NotFound without such a run.
Result<RunRecord> SelectRun(sql::Connection& connection, std::string_view id);
/// The ids of runs that the same trigger set off for the same cause and that were killed.
Result<std::vector<std::string>> SelectKilledBefore(sql::Connection& connection, const RunRecord& run);
/// Newest first, below `before` (an id; "" for the newest).
Result<std::vector<RunRecord>> SelectRuns(sql::Connection& connection, std::string_view before,
                                          std::int64_t limit);
/// The ids of runs that stand as running: of a project, or of a home.
Result<std::optional<std::string>> SelectRunningOf(sql::Connection& connection, std::string_view project);
Result<std::vector<std::string>> SelectLeftBy(sql::Connection& connection, std::string_view home);
/// The id of a run that a trigger set off and that another program runs which shares the store and lives.
Result<std::optional<std::string>> SelectRunningElsewhere(sql::Connection& connection, std::string_view home);
/// Whose a run is; NotFound without such a run.
Result<std::string> SelectHomeOf(sql::Connection& connection, std::string_view id);
/// Gives the runs of a dead home, of whose ends nobody was told, to another.
Result<> MoveRuns(sql::Connection& connection, std::string_view from, std::string_view to);

}  // namespace cairn::pipeline

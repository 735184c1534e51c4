#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/sweep/sweep.h"

/// Every SQL sentence about sweeps and their trials.
namespace cairn::sweep {

Result<> InsertSweep(sql::Connection& connection, const Sweep& sweep, const std::vector<Trial>& trials);
/// NotFound without such a sweep.
Result<Sweep> SelectSweep(sql::Connection& connection, std::string_view id);
/// Of a project ("" for all), oldest first.
Result<std::vector<Sweep>> SelectSweeps(sql::Connection& connection, std::string_view project);
/// Of a sweep, or ("" for it) of all sweeps of a project ("" for all), oldest first.
Result<std::vector<Trial>> SelectTrials(sql::Connection& connection, std::string_view project,
                                        std::string_view sweep);
/// How many trials each of these sweeps has in each state.
Result<Counts> CountTrials(sql::Connection& connection, std::string_view project, std::string_view sweep);
/// NotFound without such a trial.
Result<Trial> SelectTrial(sql::Connection& connection, std::string_view sweep, std::int64_t number);
Result<> UpdateTrial(sql::Connection& connection, const Trial& trial);
Result<> DeleteTrial(sql::Connection& connection, const Trial& trial);
Result<> DeleteSweep(sql::Connection& connection, std::string_view id);

/// Has the sweep's trials begun by so many at once.
Result<> SetJobs(sql::Connection& connection, std::string_view sweep, std::int64_t jobs);
Result<> SetStarted(sql::Connection& connection, std::string_view sweep, TimeMs at);
/// The next that waits in a sweep of this home which somebody had begun.
Result<std::optional<Trial>> SelectNext(sql::Connection& connection, std::string_view home);
/// Those that stand as running.
Result<std::vector<Trial>> SelectRunning(sql::Connection& connection, std::string_view home);
/// Puts all that still wait in a sweep into another state, with the reason why.
Result<> UpdateWaiting(sql::Connection& connection, std::string_view sweep, TrialState state,
                       std::string_view problem, TimeMs now);
/// How many of a sweep's trials wait or run.
Result<std::int64_t> CountOpen(sql::Connection& connection, std::string_view sweep);
/// The largest `jobs` of this home's sweeps with trials that wait; 0 when there is none.
Result<std::int64_t> SelectJobs(sql::Connection& connection, std::string_view home);

}  // namespace cairn::sweep

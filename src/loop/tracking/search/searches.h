#pragma once

#include <string>
#include <vector>

#include "loop/tracking/experiments.h"
#include "loop/tracking/logged_models.h"
#include "loop/tracking/runs.h"
#include "loop/tracking/search/match_counts.h"
#include "loop/tracking/sentence.h"
#include "loop/tracking/tables/run_table.h"

/// Each search as one SELECT over the store; they give what they find in order, at most search.limit + 1 of
/// it from `offset` on.
namespace cairn::tracking {

/// Experiments without tags.
Result<std::vector<Experiment>> FindExperiments(sql::Connection& connection,
                                                const Experiments::Search& search, std::int64_t offset);

/// Whether the filter or the ordering is about metrics. InvalidArgument as FindRuns.
Result<bool> NamesMetrics(const Runs::Search& search);

/// Runs without what was logged to them.
Result<std::vector<StoredRun>> FindRuns(sql::Connection& connection, const Runs::Search& search,
                                        MatchCounts& counts, std::int64_t offset);

/// Models without tags, parameters and metrics.
Result<std::vector<LoggedModel>> FindModels(sql::Connection& connection, const LoggedModels::Search& search,
                                            std::int64_t offset);

}  // namespace cairn::tracking

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/records.h"

/// Metric points as runs log and read them. What a request logs lies packed in `metric_log` until the run is
/// folded; reading joins both, so that where a point lies is never seen, with one exception: the table
/// `metric_latest`, for searches, knows what was folded alone. Its columns (run, key) name a metric of a run;
/// (step, at_ms, value, is_nan) is its latest point, first_value the first one's value, min_value and
/// max_value its extremes apart from NaN, points their number. NaN is stored as value 0 with is_nan 1, among
/// the latter three as null.
namespace cairn::tracking {

/// Logs points; `keys` holds the number of each metric's key.
Result<> InsertMetrics(sql::Connection& connection, std::int64_t run, std::span<const Metric> metrics,
                       std::span<const std::int64_t> keys);
/// Adds the points that belong to logged models to those. InvalidArgument, naming it, for a logged model that
/// never was; one that was deleted takes them.
Result<> InsertModelMetrics(sql::Connection& connection, std::string_view run_id,
                            std::span<const Metric> metrics);

/// The runs whose points have not all been folded, of these experiments or of all. Cheap when they are few.
Result<std::vector<std::int64_t>> UnfoldedRuns(sql::Connection& connection,
                                               std::span<const ExperimentId> experiments);
Result<std::vector<std::int64_t>> UnfoldedRuns(sql::Connection& connection);
/// Brings `metric_latest` up to date for one run.
Result<> FoldRun(sql::Connection& connection, std::int64_t run);

/// Brings the latest points of one run, sorted by key, up to date with what has not been folded.
Result<> AddUnfolded(sql::Connection& connection, std::int64_t run, std::vector<Metric>& latest);

struct PointRange {
  std::optional<std::int64_t> first_step, last_step;
};
/// The points of one metric by time, step and value, at most `limit` (0: all) from `offset`.
Result<std::vector<Point>> ReadPoints(sql::Connection& connection, std::string_view run_id,
                                      std::string_view key, std::int64_t limit, std::int64_t offset);
/// At most `most` of them by (step, time, value).
Result<std::vector<Metric>> ReadSample(sql::Connection& connection, std::string_view run_id,
                                       std::string_view key, const PointRange& range, Sampling sampling,
                                       std::int64_t most);

}  // namespace cairn::tracking

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/records.h"

/// Every SQL sentence about metric points and their latest values. NaN is stored as value 0 with is_nan 1.
namespace cairn::tracking {

/// Adds points (those that are there are skipped) and moves the latest values; `keys` holds the number of
/// each metric's key.
Result<> InsertMetrics(sql::Connection& connection, std::int64_t run, std::span<const Metric> metrics,
                       std::span<const std::int64_t> keys);
/// Adds the points that belong to logged models to those.
Result<> InsertModelMetrics(sql::Connection& connection, std::string_view run_id,
                            std::span<const Metric> metrics);

/// How many points of a run are in its tail, in the order in which they came.
Result<std::int64_t> TailLength(sql::Connection& connection, std::int64_t run);
/// Moves a run's tail to where points are in the order of reading.
Result<> FoldTail(sql::Connection& connection, std::int64_t run);

struct PointRange {
  std::optional<std::int64_t> first_step, last_step;
};
/// The points of one metric by time, step and value, at most `limit` (0: all) from `offset`.
Result<std::vector<Metric>> ReadPoints(sql::Connection& connection, std::string_view run_id,
                                       std::string_view key, std::int64_t limit, std::int64_t offset);
/// By (step, time, value): the first of each of `buckets` equal parts, and the last of all, which takes the
/// place of the last part's first.
Result<std::vector<Metric>> ReadSample(sql::Connection& connection, std::string_view run_id,
                                       std::string_view key, const PointRange& range, std::int64_t buckets);

}  // namespace cairn::tracking

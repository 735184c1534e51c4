#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/tables/points.h"

/// Every SQL sentence about metric_log: what was logged and has not been folded.
namespace cairn::tracking {

Result<> AppendToLog(sql::Connection& connection, std::int64_t run, std::span<const Metric> metrics,
                     std::span<const std::int64_t> keys);
/// The points of a run's log, settled.
Result<PointsByKey> ReadLog(sql::Connection& connection, std::int64_t run);
/// Those of one metric.
Result<std::vector<Point>> ReadLog(sql::Connection& connection, std::int64_t run, std::int64_t key);
Result<> ClearLog(sql::Connection& connection, std::int64_t run);

/// What it costs to read a run's log, in bytes: a row counts as some of them.
Result<std::int64_t> LogWeight(sql::Connection& connection, std::int64_t run);
/// What a batch of so many points adds to that, about.
std::int64_t WeightOf(std::size_t points);

}  // namespace cairn::tracking

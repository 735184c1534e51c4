#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/tables/metric_table.h"
#include "loop/tracking/tables/points.h"

/// Every SQL sentence about metric_chunk: points that were folded.
namespace cairn::tracking {

/// Chunks that wait to be written together.
using ChunkRows = std::vector<sql::Value>;

/// Adds settled points of one metric, and gives how many of them are new. The chunks that they change are
/// removed, and what takes their place is appended to `rows`. `last` is the metric's last point so far, or
/// null when it has none.
Result<std::int64_t> AddToChunks(sql::Connection& connection, std::int64_t run, std::int64_t key,
                                 std::span<const Point> points, const Point* last, ChunkRows& rows);
Result<> WriteChunks(sql::Connection& connection, const ChunkRows& rows);

/// The folded points of a metric in order, those of a range of steps and perhaps some others.
Result<std::vector<Point>> ReadChunks(sql::Connection& connection, std::int64_t run, std::int64_t key,
                                      const PointRange& range);

/// A part of a metric's points, in the order of time.
struct Stretch {
  std::int64_t skipped = 0;  ///< How many points come before it.
  std::vector<Point> points;
};
/// Enough of a metric's folded points that the `limit` points from `offset` by time (0: all) are among them,
/// also when other points of the time `until` or later are mixed in.
Result<Stretch> ReadStretch(sql::Connection& connection, std::int64_t run, std::int64_t key,
                            std::int64_t until, std::int64_t offset, std::int64_t limit);

}  // namespace cairn::tracking

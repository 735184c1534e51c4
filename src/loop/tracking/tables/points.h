#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/tracking/records.h"

/// Metric points in memory, and packed into bytes for the store.
namespace cairn::tracking {

/// The order of points within a metric: step, time, value; NaN counts as 0 and comes behind it. Points of
/// equal rank are the same point.
bool Before(const Point& a, const Point& b);
bool Same(const Point& a, const Point& b);
/// Sorts, and keeps each point once.
void Settle(std::vector<Point>& points);
/// Adds settled points to settled points.
void Merge(std::vector<Point>& points, std::span<const Point> more);

/// The points of several metrics by the numbers of their keys.
using PointsByKey = std::map<std::int64_t, std::vector<Point>>;

/// What one request logged, as one row of the log: a byte 1, then for each point key, step and time as
/// differences to the point before (zigzag varints), and the value's eight bytes, little end first.
std::string PackBatch(std::span<const Metric> metrics, std::span<const std::int64_t> keys);
/// Calls `take` for each point. Corrupt when the bytes are no batch.
Result<> UnpackBatch(std::string_view bytes, const std::function<void(std::int64_t key, const Point&)>& take);

/// Many points of one metric: a byte 1, the number of points, then a column each of steps, times and values.
/// Steps and times are differences of differences (zigzag varints; behind a 0 stands how many more zeros
/// follow). Values are the bits that differ from the value before: a byte with the number of zero bytes at
/// the high end (high half) and at the low end (low half), then the bytes between.
std::string PackChunk(std::span<const Point> points);
/// Appends to `points`. Corrupt when the bytes are no chunk.
Result<> UnpackChunk(std::string_view bytes, std::vector<Point>& points);

}  // namespace cairn::tracking

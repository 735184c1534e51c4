#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "loop/tracking/tables/points.h"

/// Fewer points that stand for many; both take and give settled points.
namespace cairn::tracking {

/// The first of each of `buckets` equal parts (the first parts have one more where it does not go evenly),
/// and the last of all, which takes the place of the last part's first. What MLflow's pages draw.
std::vector<Point> SampleEvenly(std::span<const Point> points, std::int64_t buckets);

/// At most `most` points: the first, the last, and between them the least and the greatest of each of
/// (most - 2) / 2 equal parts of the others, in their order; of equal values the first. NaN is neither least
/// nor greatest: a part of nothing else gives its first point. All of them when they are not more than
/// `most`; below 4, the last point alone or the first and the last.
std::vector<Point> SampleWithExtremes(std::span<const Point> points, std::int64_t most);

}  // namespace cairn::tracking

#include "loop/tracking/tables/samples.h"

#include <algorithm>
#include <cmath>

namespace cairn::tracking {
namespace {

/// Deals `points` to `parts` in their order; the first parts take one more where it does not go evenly.
template <class Take>
void Deal(std::span<const Point> points, std::int64_t parts, Take take) {
  const auto count = static_cast<std::int64_t>(points.size());
  const auto length = count / parts, longer = count % parts;
  for (std::int64_t part = 0; part < parts && !points.empty(); ++part) {
    const auto taken = static_cast<std::size_t>(length + (part < longer ? 1 : 0));
    take(points.first(taken));
    points = points.subspan(taken);
  }
}

void AddExtremes(std::span<const Point> part, std::vector<Point>& sample) {
  const Point *least = nullptr, *greatest = nullptr;
  for (const auto& point : part) {
    if (std::isnan(point.value)) continue;
    if (least == nullptr || point.value < least->value) least = &point;
    if (greatest == nullptr || point.value > greatest->value) greatest = &point;
  }
  if (least == nullptr) {
    sample.push_back(part.front());
    return;
  }
  sample.push_back(*std::min(least, greatest));
  if (least != greatest) sample.push_back(*std::max(least, greatest));
}

}  // namespace

std::vector<Point> SampleEvenly(std::span<const Point> points, std::int64_t buckets) {
  std::vector<Point> sample;
  Deal(points, buckets, [&](std::span<const Point> part) { sample.push_back(part.front()); });
  if (static_cast<std::int64_t>(sample.size()) == buckets) sample.back() = points.back();
  return sample;
}

std::vector<Point> SampleWithExtremes(std::span<const Point> points, std::int64_t most) {
  if (static_cast<std::int64_t>(points.size()) <= most) return {points.begin(), points.end()};
  std::vector<Point> sample;
  if (most > 1) sample.push_back(points.front());
  if (most > 3) {
    Deal(points.subspan(1, points.size() - 2), (most - 2) / 2,
         [&](std::span<const Point> part) { AddExtremes(part, sample); });
  }
  if (most > 0) sample.push_back(points.back());
  return sample;
}

}  // namespace cairn::tracking

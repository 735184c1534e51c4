#include "loop/tracking/tables/samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace cairn::tracking {
namespace {

std::vector<Point> Curve(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  std::vector<Point> points;
  for (std::size_t i = 0; i < count; ++i) {
    double value = static_cast<double>(chance() % 50);
    if (chance() % 9 == 0) value = std::nan("");
    points.push_back({static_cast<std::int64_t>(i), 7, value});
  }
  return points;
}

std::vector<std::int64_t> StepsOf(const std::vector<Point>& points) {
  std::vector<std::int64_t> steps;
  for (const auto& point : points) steps.push_back(point.step);
  return steps;
}

/// By the definition alone: where each part begins, then every point of it compared with every other.
std::vector<std::int64_t> Naive(const std::vector<Point>& points, std::size_t most) {
  if (points.size() <= most) return StepsOf(points);
  std::vector<std::int64_t> steps{points.front().step};
  const std::size_t parts = (most - 2) / 2, inner = points.size() - 2;
  std::size_t begin = 1;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t end = begin + inner / parts + (part < inner % parts ? 1 : 0);
    const auto wins = [&](std::size_t i, int sign) {
      if (std::isnan(points[i].value)) return false;
      for (std::size_t k = begin; k < end; ++k) {
        const double ahead = sign * (points[k].value - points[i].value);
        if (ahead > 0 || (ahead == 0 && k < i)) return false;
      }
      return true;
    };
    bool any = false;
    for (std::size_t i = begin; i < end; ++i) {
      if (!wins(i, 1) && !wins(i, -1)) continue;
      steps.push_back(points[i].step);
      any = true;
    }
    if (!any) steps.insert(steps.end(), points[begin].step);
    begin = end;
  }
  steps.push_back(points.back().step);
  return steps;
}

TEST(SamplesTest, ExtremesAreThoseThatComparingAllFinds) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    for (const std::size_t count : {0, 1, 2, 5, 80, 81, 500, 5000}) {
      for (const std::int64_t most : {4, 5, 6, 40, 82, 5000}) {
        const auto points = Curve(count, seed);
        const auto sample = SampleWithExtremes(points, most);
        ASSERT_EQ(StepsOf(sample), Naive(points, static_cast<std::size_t>(most))) << count << " to " << most;
        ASSERT_LE(sample.size(), static_cast<std::size_t>(most));
      }
    }
  }
}

TEST(SamplesTest, OnePointAmongManyThatIsHigherThanAllIsKept) {
  auto points = Curve(50'000, 8);
  for (const std::size_t place : {1u, 777u, 24'999u, 49'998u}) {
    auto spiked = points;
    spiked[place].value = 1e9;
    const auto kept = [&](const std::vector<Point>& sample) {
      return std::any_of(sample.begin(), sample.end(), [](const Point& point) { return point.value == 1e9; });
    };
    EXPECT_TRUE(kept(SampleWithExtremes(spiked, 40))) << place;
  }
}

TEST(SamplesTest, NothingButNaNLeavesOnePointOfEachPart) {
  std::vector<Point> points(100);
  for (std::size_t i = 0; i < points.size(); ++i)
    points[i] = {static_cast<std::int64_t>(i), 0, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(StepsOf(SampleWithExtremes(points, 6)), (std::vector<std::int64_t>{0, 1, 50, 99}));
  EXPECT_EQ(StepsOf(SampleWithExtremes(points, 3)), (std::vector<std::int64_t>{0, 99}));
  EXPECT_EQ(StepsOf(SampleWithExtremes(points, 1)), (std::vector<std::int64_t>{99}));
}

}  // namespace
}  // namespace cairn::tracking

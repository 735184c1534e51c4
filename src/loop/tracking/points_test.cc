#include "loop/tracking/tables/points.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace cairn::tracking {
namespace {

std::vector<Point> Unpacked(std::string_view bytes) {
  std::vector<Point> points;
  EXPECT_TRUE(UnpackChunk(bytes, points));
  return points;
}

void ExpectEqual(std::span<const Point> found, std::span<const Point> wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(found[i].step, wanted[i].step);
    EXPECT_EQ(found[i].at_ms, wanted[i].at_ms);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(found[i].value), std::bit_cast<std::uint64_t>(wanted[i].value));
  }
}

std::vector<Point> Strange() {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return {{kLeast, 0, 5e-324},
          {kMost, kMost, -1.7976931348623157e308},
          {kLeast, 0, std::nan("")},
          {0, 1, 0.0},
          {0, 1, 0.0},
          {0, 1, 1.0 / 3}};
}

TEST(PointsTest, AChunkGivesBackEveryBitOfItsPoints) {
  ExpectEqual(Unpacked(PackChunk(Strange())), Strange());
  ExpectEqual(Unpacked(PackChunk({})), {});
  std::mt19937_64 chance(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Point> points(chance() % 300);
    for (auto& point : points)
      point = {static_cast<std::int64_t>(chance() >> (chance() % 64)),
               static_cast<std::int64_t>(chance() % 5), std::bit_cast<double>(chance() << (chance() % 64))};
    ExpectEqual(Unpacked(PackChunk(points)), points);
  }
}

TEST(PointsTest, RegularStepsAndTimesCostNothing) {
  std::vector<Point> points;
  for (int i = 0; i < 1000; ++i) points.push_back({i, 1'700'000'000'000 + i * 250, 0.5});
  EXPECT_LT(PackChunk(points).size(), 1100u);
}

TEST(PointsTest, WhatIsCutOffOrTooLongIsCorrupt) {
  const auto whole = PackChunk(Strange());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::vector<Point> points;
    const auto outcome = UnpackChunk(std::string_view(whole).substr(0, length), points);
    ASSERT_FALSE(outcome) << length;
    EXPECT_EQ(outcome.error().reason, Reason::Corrupt);
  }
  std::vector<Point> points;
  EXPECT_FALSE(UnpackChunk(whole + '\0', points));
  EXPECT_FALSE(UnpackBatch("\2", [](std::int64_t, const Point&) {}));
}

TEST(PointsTest, NoBytesAtAllEndTheProgram) {
  std::mt19937_64 chance(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(chance() % 40, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(chance());
    if (!bytes.empty() && round % 4 != 0) bytes[0] = 1;
    std::vector<Point> points;
    const bool chunk = static_cast<bool>(UnpackChunk(bytes, points));
    EXPECT_TRUE(!chunk || points.size() < 40);
    int taken = 0;
    const bool batch = static_cast<bool>(UnpackBatch(bytes, [&](std::int64_t, const Point&) { ++taken; }));
    EXPECT_TRUE(!batch || taken < 40);
  }
}

TEST(PointsTest, ABatchGivesBackItsPointsWithOneNanAndOneZero) {
  std::vector<Metric> metrics(3);
  metrics[0].value = -std::nan("0x77");
  metrics[1].value = -0.0;
  metrics[2].value = 0.1;
  metrics[2].step = -5;
  metrics[2].at_ms = 1'700'000'000'000;
  const std::vector<std::int64_t> keys{7, 3, 900};
  std::vector<std::int64_t> found_keys;
  std::vector<Point> found;
  ASSERT_TRUE(UnpackBatch(PackBatch(metrics, keys), [&](std::int64_t key, const Point& point) {
    found_keys.push_back(key);
    found.push_back(point);
  }));
  EXPECT_EQ(found_keys, keys);
  ExpectEqual(found, std::vector<Point>{{0, 0, std::nan("")}, {0, 0, 0.0}, {-5, 1'700'000'000'000, 0.1}});
}

}  // namespace
}  // namespace cairn::tracking

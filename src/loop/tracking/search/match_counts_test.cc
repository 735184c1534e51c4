#include "loop/tracking/search/match_counts.h"

#include <gtest/gtest.h>

namespace cairn::tracking {
namespace {

TEST(MatchCountsTest, KnowsACountThatEndedBeforeItsLimitForEveryLimit) {
  MatchCounts counts;
  EXPECT_EQ(counts.Find("runs", 10), std::nullopt);
  counts.Keep("runs", 100, 40);
  EXPECT_EQ(counts.Find("runs", 1000), 40);
  EXPECT_EQ(counts.Find("runs", 10), 10);
  EXPECT_EQ(counts.Find("other runs", 10), std::nullopt);
}

TEST(MatchCountsTest, KnowsACountThatReachedItsLimitOnlyUpToThere) {
  MatchCounts counts;
  counts.Keep("runs", 100, 100);
  EXPECT_EQ(counts.Find("runs", 100), 100);
  EXPECT_EQ(counts.Find("runs", 99), 99);
  EXPECT_EQ(counts.Find("runs", 101), std::nullopt);
}

}  // namespace
}  // namespace cairn::tracking

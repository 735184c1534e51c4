#include "loop/evaluation/paired_bet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

/// Rows until the capital reaches 1 / level, or -1 within `rows`. Differences lie in [-1, 1] around `mean`,
/// which wanders over the day by as much either way.
int WinsAfter(std::uint64_t seed, double mean, double margin, double level, int rows) {
  Random random(seed, 11);
  PairedBet bet(margin);
  for (int i = 0; i < rows; ++i) {
    const double here = mean + 0.05 * std::sin(i / 50.0);
    bet.Observe(here + 0.8 * (2 * random.Unit() - 1));
    if (bet.Peak() >= 1 / level) return i;
  }
  return -1;
}

/// Differences of one of two values, whose mean given the past is exactly `mean`.
bool CoinWins(std::uint64_t seed, double mean, double margin, double level, int rows) {
  Random random(seed, 12);
  PairedBet bet(margin);
  for (int i = 0; i < rows; ++i) {
    bet.Observe(random.Unit() < (1 + mean) / 2 ? 1 : -1);
    if (bet.Peak() >= 1 / level) return true;
  }
  return false;
}

TEST(PairedBetTest, SaysNoWorseFalselyNoMoreOftenThanItsLevelAtEveryLook) {
  constexpr int kRuns = 1000;
  constexpr double kLevel = 0.05;
  int wrong = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) wrong += CoinWins(run, -0.1, 0.1, kLevel, 3000) ? 1 : 0;
  EXPECT_LE(wrong, kRuns * kLevel + 3 * std::sqrt(kRuns * kLevel * (1 - kLevel)));
  EXPECT_GT(wrong, 0) << "a test that never errs has no power either";
}

TEST(PairedBetTest, SeesABetterModelAndAMuchBetterOneSooner) {
  int seen = 0;
  double better = 0, much_better = 0;
  constexpr int kRuns = 100;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    const int after = WinsAfter(run, 0.1, 0, 0.01, 20'000);
    seen += after >= 0 ? 1 : 0;
    better += after;
    much_better += WinsAfter(run, 0.4, 0, 0.01, 20'000);
  }
  std::printf("paired bet at 0.01: a gain of 0.1 is seen after %.0f rows on average, of 0.4 after %.0f\n",
              better / kRuns, much_better / kRuns);
  EXPECT_EQ(seen, kRuns);
  EXPECT_LT(much_better, 0.4 * better);
}

TEST(PairedBetTest, AMarginLetsAnEqualModelPass) { EXPECT_GE(WinsAfter(1, 0, 0.2, 0.05, 20'000), 0); }

TEST(PairedBetTest, IsTheProductOfItsDefinition) {
  PairedBet bet(0.1);
  bet.Observe(0.5);
  // Nothing was seen before: mean 0, variance 1, so that the edge is the margin.
  const double first = 0.1 / (1 + 0.1 * 0.1);
  EXPECT_NEAR(bet.Capital(), 1 + first * 0.6, 1e-12);
  bet.Observe(-0.3);
  const double mean = 0.25, variance = 1.25 / 2 - mean * mean, edge = mean + 0.1;
  const double second = std::min(edge / (variance + edge * edge), 1 / 2.2);
  EXPECT_NEAR(bet.Capital(), (1 + first * 0.6) * (1 + second * -0.2), 1e-12);
}

TEST(PairedBetTest, WhatIsNoNumberCountsAgainstTheClaimAndIsCutOtherwise) {
  PairedBet nothing(0.1), worst(0.1), beyond(0.1), best(0.1);
  nothing.Observe(std::nan(""));
  worst.Observe(-1);
  beyond.Observe(7);
  best.Observe(1);
  EXPECT_EQ(nothing.ToJson().Dump(), worst.ToJson().Dump());
  EXPECT_EQ(beyond.ToJson().Dump(), best.ToJson().Dump());
}

TEST(PairedBetTest, GoesOnFromItsStateBitForBit) {
  Random random(2);
  PairedBet whole(0.05), first(0.05);
  std::vector<double> differences;
  for (int i = 0; i < 400; ++i) differences.push_back(2 * random.Unit() - 1);
  for (int i = 0; i < 200; ++i) first.Observe(differences[static_cast<std::size_t>(i)]);
  auto second = PairedBet::FromJson(*Json::Parse(first.ToJson().Dump()));
  ASSERT_TRUE(second) << second.error().message;
  for (int i = 200; i < 400; ++i) second->Observe(differences[static_cast<std::size_t>(i)]);
  for (const double difference : differences) whole.Observe(difference);
  EXPECT_EQ(second->ToJson().Dump(), whole.ToJson().Dump());
  EXPECT_EQ(PairedBet::FromJson(Json::Object()).error().reason, Reason::InvalidArgument);
}

}  // namespace
}  // namespace cairn::evaluation

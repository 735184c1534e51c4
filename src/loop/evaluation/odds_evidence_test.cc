#include "loop/evaluation/odds_evidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

TEST(OddsEvidenceTest, IsTheMixtureOfTheDefinition) {
  const std::vector<OddsCount> counts = {{0.1, 1, 0}, {0.3, 0, 2}};
  double sum = 0;
  for (int i = 0; i < 48; ++i) {
    const double rho = 1.05 * std::pow(20 / 1.05, i / 47.0);
    const double first = 0.1 * rho / (0.1 * rho + 0.9), second = 0.3 * rho / (0.3 * rho + 0.7);
    sum += first / 0.1 * std::pow((1 - second) / 0.7, 2);
  }
  EXPECT_NEAR(OddsEValue(OddsTest::Worse, counts), sum / 48, 1e-12);
}

TEST(OddsEvidenceTest, IsAFairBetOnAverage) {
  for (const auto test : {OddsTest::Worse, OddsTest::Split}) {
    for (const double share : {0.01, 0.2, 0.9}) {
      const std::vector<OddsCount> canary = {{share, 1, 0}}, other = {{share, 0, 1}};
      EXPECT_NEAR(share * OddsEValue(test, canary) + (1 - share) * OddsEValue(test, other), 1, 1e-12);
    }
  }
}

/// The bad rate wanders over the "day", and the canary's share rises in steps.
double BaseRate(int request) { return 0.05 + 0.04 * std::sin(request / 200.0); }
double ShareAt(int request) { return request < 500 ? 0.05 : (request < 1500 ? 0.2 : 0.5); }

/// Requests until the evidence reaches 1/alpha, or -1 within `requests`.
int FoundAfter(std::uint64_t seed, double alpha, double times_worse, int requests) {
  Random random(seed);
  OddsEvidence evidence(OddsTest::Worse);
  for (int i = 0; i < requests; ++i) {
    const double share = ShareAt(i);
    const bool is_canary = random.Unit() < share;
    if (random.Unit() < BaseRate(i) * (is_canary ? times_worse : 1)) evidence.Observe(is_canary, share);
    if (evidence.Peak() >= 1 / alpha) return i;
  }
  return -1;
}

TEST(OddsEvidenceTest, FalseAlarmsStayUnderAlphaAtEveryLook) {
  constexpr int kRuns = 1000;
  for (const double alpha : {0.05, 0.2}) {
    int alarms = 0;
    for (std::uint64_t run = 0; run < kRuns; ++run) alarms += FoundAfter(run, alpha, 1.0, 3000) >= 0;
    EXPECT_LE(alarms, kRuns * alpha + 3 * std::sqrt(kRuns * alpha * (1 - alpha)));
    EXPECT_GT(alarms, 0) << "a test that never fires has no power either";
  }
}

TEST(OddsEvidenceTest, SeesAWorseCanaryAMuchWorseOneSoonerAndLeavesABetterOneAlone) {
  constexpr int kRuns = 100;
  int seen = 0;
  double worse = 0, much_worse = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    const int after = FoundAfter(run, 0.01, 3.0, 20000);
    seen += after >= 0;
    worse += after;
    much_worse += FoundAfter(run, 0.01, 8.0, 20000);
    EXPECT_LT(FoundAfter(run, 0.05, 0.3, 5000), 0);
  }
  EXPECT_EQ(seen, kRuns);
  EXPECT_LT(much_worse, 0.6 * worse);
}

bool SplitLooksBroken(std::uint64_t seed, double real_share, int requests, double alpha) {
  Random random(seed, 7);
  OddsEvidence split(OddsTest::Split);
  for (int i = 0; i < requests && split.Peak() < 1 / alpha; ++i)
    split.Observe(random.Unit() < real_share, 0.2);
  return split.Peak() >= 1 / alpha;
}

TEST(OddsEvidenceTest, FindsABrokenSplitBothWaysAndRarelyAnIntactOne) {
  constexpr double kAlpha = 0.05;
  constexpr int kRuns = 300;
  int alarms = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) alarms += SplitLooksBroken(run, 0.2, 1000, kAlpha);
  EXPECT_LE(alarms, kRuns * kAlpha + 3 * std::sqrt(kRuns * kAlpha * (1 - kAlpha)));
  for (std::uint64_t run = 0; run < 20; ++run) {
    EXPECT_TRUE(SplitLooksBroken(run, 0.26, 5000, kAlpha));
    EXPECT_TRUE(SplitLooksBroken(run, 0.15, 5000, kAlpha));
  }
}

TEST(OddsEvidenceTest, ItsPeakFollowsFromItsCountsBitForBitAfterAnyWayThroughStorage) {
  Random random(5);
  OddsEvidence evidence(OddsTest::Split);
  for (int i = 0; i < 2000; ++i) evidence.Observe(random.Unit() < 0.23, i < 700 ? 0.2 : 0.21);
  const auto stored = OddsCountsIn(*Json::Parse(ToJson(evidence.at_peak()).Dump()));
  ASSERT_TRUE(stored);
  EXPECT_EQ(OddsEValue(OddsTest::Split, *stored), evidence.Peak());
  OddsEvidence second(OddsTest::Split, evidence.counts(), *stored);
  evidence.Observe(true, 0.2);
  second.Observe(true, 0.2);
  EXPECT_EQ(second.Peak(), evidence.Peak());
  EXPECT_EQ(second.counts(), evidence.counts());
}

TEST(OddsEvidenceTest, CertainAssignmentsSayNothingAndOverwhelmingEvidenceStaysANumber) {
  OddsEvidence evidence(OddsTest::Worse);
  evidence.Observe(true, 1);
  EXPECT_EQ(evidence.EValue(), 1);
  const std::vector<OddsCount> many = {{0.01, 100'000, 0}};
  EXPECT_EQ(OddsEValue(OddsTest::Worse, many), std::numeric_limits<double>::max());
}

TEST(OddsEvidenceTest, RefusesCountsThatCannotBe) {
  for (const char* json : {"3", "[{\"share\":0,\"canary\":1,\"others\":1}]",
                           "[{\"share\":0.2,\"canary\":-1,\"others\":1}]", "[{\"share\":0.2,\"canary\":1}]"})
    EXPECT_EQ(OddsCountsIn(*Json::Parse(json)).error().reason, Reason::InvalidArgument) << json;
}

}  // namespace
}  // namespace cairn::evaluation

#include "loop/evaluation/sequential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

/// The bad rate wanders over the "day", and the canary's share rises in steps.
double BaseRate(int request) { return 0.05 + 0.04 * std::sin(request / 200.0); }
double ShareAt(int request) { return request < 500 ? 0.05 : (request < 1500 ? 0.2 : 0.5); }

/// Requests until the guard says abort, or -1 within `requests`.
int AbortsAfter(std::uint64_t seed, double alpha, double times_worse, int requests) {
  Random random(seed);
  ErrorRateGuard guard(alpha);
  for (int i = 0; i < requests; ++i) {
    const double share = ShareAt(i);
    const bool is_canary = random.Unit() < share;
    const bool bad = random.Unit() < BaseRate(i) * (is_canary ? times_worse : 1);
    guard.Observe(is_canary, bad, share);
    if (guard.ShouldAbort()) return i;
  }
  return -1;
}

TEST(ErrorRateGuard, FalseAlarmsStayUnderAlphaAtEveryLook) {
  constexpr int kRuns = 1000;
  for (const double alpha : {0.05, 0.2}) {
    int alarms = 0;
    for (std::uint64_t run = 0; run < kRuns; ++run) alarms += AbortsAfter(run, alpha, 1.0, 3000) >= 0;
    EXPECT_LE(alarms, kRuns * alpha + 3 * std::sqrt(kRuns * alpha * (1 - alpha)));
    EXPECT_GT(alarms, 0) << "a test that never fires has no power either";
  }
}

TEST(ErrorRateGuard, SeesAWorseCanaryAndSeesAMuchWorseOneSooner) {
  constexpr int kRuns = 100;
  int seen = 0;
  double worse = 0, much_worse = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    const int after = AbortsAfter(run, 0.01, 3.0, 20000);
    seen += after >= 0;
    worse += after;
    much_worse += AbortsAfter(run, 0.01, 8.0, 20000);
  }
  EXPECT_EQ(seen, kRuns);
  EXPECT_LT(much_worse, 0.6 * worse);
}

TEST(ErrorRateGuard, ABetterCanaryIsLeftAlone) {
  for (std::uint64_t run = 0; run < 50; ++run) EXPECT_LT(AbortsAfter(run, 0.05, 0.3, 5000), 0);
}

TEST(ErrorRateGuard, IsTheMixtureOfTheDefinition) {
  ErrorRateGuard guard;
  guard.Observe(true, true, 0.1);
  guard.Observe(false, true, 0.3);
  guard.Observe(true, false, 0.3);
  double sum = 0;
  for (int i = 0; i < 48; ++i) {
    const double rho = 1.05 * std::pow(20 / 1.05, i / 47.0);
    const double first = 0.1 * rho / (0.1 * rho + 0.9);
    const double second = 0.3 * rho / (0.3 * rho + 0.7);
    sum += first / 0.1 * ((1 - second) / 0.7);
  }
  EXPECT_NEAR(guard.EValue(), sum / 48, 1e-12);
}

TEST(ErrorRateGuard, AFairBetOnAverage) {
  for (const double share : {0.01, 0.2, 0.9}) {
    ErrorRateGuard canary, other;
    canary.Observe(true, true, share);
    other.Observe(false, true, share);
    EXPECT_NEAR(share * canary.EValue() + (1 - share) * other.EValue(), 1.0, 1e-12);
  }
}

TEST(ErrorRateGuard, CertainAssignmentsSayNothing) {
  ErrorRateGuard guard;
  for (int i = 0; i < 100; ++i) guard.Observe(true, true, 1.0);
  EXPECT_EQ(guard.EValue(), 1.0);
}

TEST(ErrorRateGuard, GoesOnFromItsStateBitForBit) {
  Random random(4);
  ErrorRateGuard whole(0.02), first(0.02);
  const auto observe = [&](ErrorRateGuard& guard, int i) {
    Random here(4, static_cast<std::uint64_t>(i));
    guard.Observe(here.Unit() < 0.3, here.Unit() < 0.2, 0.3);
  };
  for (int i = 0; i < 200; ++i) observe(first, i);
  auto second = ErrorRateGuard::FromJson(*Json::Parse(first.ToJson().Dump()));
  ASSERT_TRUE(second) << second.error().message;
  for (int i = 200; i < 400; ++i) observe(*second, i);
  for (int i = 0; i < 400; ++i) observe(whole, i);
  EXPECT_EQ(second->ToJson().Dump(), whole.ToJson().Dump());
  EXPECT_EQ(ErrorRateGuard::FromJson(Json::Object()).error().reason, Reason::InvalidArgument);
}

TEST(ErrorRateGuard, OverwhelmingEvidenceStaysANumber) {
  ErrorRateGuard guard;
  for (int i = 0; i < 5000; ++i) guard.Observe(true, true, 0.01);
  EXPECT_TRUE(std::isfinite(guard.EValue()));
  EXPECT_TRUE(guard.ShouldAbort());
}

bool SplitLooksBroken(std::uint64_t seed, double real_share, int requests, double alpha) {
  Random random(seed, 7);
  SampleRatioCheck check(alpha);
  for (int i = 0; i < requests && !check.SplitIsBroken(); ++i) check.Observe(random.Unit() < real_share, 0.2);
  return check.SplitIsBroken();
}

TEST(SampleRatioCheck, FindsABrokenSplitBothWaysAndRarelyAnIntactOne) {
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

TEST(SampleRatioCheck, GoesOnFromItsState) {
  SampleRatioCheck check;
  for (int i = 0; i < 50; ++i) check.Observe(i % 3 == 0, 0.25);
  const auto restored = SampleRatioCheck::FromJson(check.ToJson());
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->ToJson().Dump(), check.ToJson().Dump());
}

}  // namespace
}  // namespace cairn::evaluation

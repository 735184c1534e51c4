#include "loop/serving/canary_record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "loop/evaluation/random.h"
#include "loop/serving/settings.h"
#include "loop/serving/testing/test_versions.h"
#include "loop/serving/traffic/canary.h"

namespace cairn::serving {
namespace {

using evaluation::Random;

CanaryPlan Parsed(const std::string& yaml) { return *ParseCanary(*ParseYaml(yaml, "cairn.yaml")); }
std::string Refusal(const std::string& yaml) {
  const auto plan = ParseCanary(*ParseYaml(yaml, "cairn.yaml"));
  return plan ? std::string() : plan.error().message;
}

TEST(CanaryPlanTest, ReadsItsSection) {
  const auto plan = Parsed(
      "{steps: [1%, 0.1, 50%], min_requests: 100, hold: 10m, max_error_rate_alpha: 0.02, slow_above_ms: 25, "
      "breaker: {error_rate: 30%, requests: 50}, shadow: 200, output_psi: 0.25}");
  EXPECT_EQ(plan.steps, (std::vector<double>{0.01, 0.1, 0.5}));
  EXPECT_EQ(plan.min_requests, 100);
  EXPECT_EQ(plan.hold_ms, 600'000);
  EXPECT_EQ(plan.alpha, 0.02);
  EXPECT_EQ(plan.slow_above_ms, 25);
  EXPECT_EQ(plan.breaker_rate, 0.3);
  EXPECT_EQ(plan.breaker_requests, 50);
  EXPECT_EQ(plan.shadow, 200);
  EXPECT_EQ(plan.output_psi, 0.25);
  EXPECT_EQ(Parsed("{share: 20%}").steps, std::vector<double>{0.2});
}

TEST(CanaryPlanTest, NamesThePlaceOfAMistake) {
  EXPECT_NE(Refusal("{steps: [50%, 10%]}").find("greater than the one before"), std::string::npos);
  EXPECT_NE(Refusal("{steps: []}").find("list of shares"), std::string::npos);
  EXPECT_NE(Refusal("{steps: [100%]}").find("99.9%"), std::string::npos);
  EXPECT_NE(Refusal("{steps: [10%], share: 10%}").find("write one of them"), std::string::npos);
  EXPECT_NE(Refusal("{hold: long}").find("hold"), std::string::npos);
  EXPECT_NE(Refusal("{slow_above_ms: 0}").find("slow_above_ms"), std::string::npos);
  EXPECT_NE(Refusal("{breaker: {error_rat: 3}}").find("error_rate"), std::string::npos);
}

/// A canary of one version, observed by hand.
class CanaryRecordTest : public ::testing::Test {
 protected:
  std::shared_ptr<const LoadedVersion> Version() {
    StoredVersion stored;
    stored.version = 2;
    stored.folder.model = testing::Constant(0.5F);
    return *LoadedVersion::Make("m", std::move(stored), {}, turnstile_);
  }
  /// One request; whether the canary still gets its share.
  bool Send(Canary& canary, Random& random, double bad_rate, double canary_bad_rate, double slow_rate,
            double canary_slow_rate) {
    const auto draw = canary.Next();
    if (!draw.is_drawn) return false;
    const bool bad = random.Unit() < (draw.to_canary ? canary_bad_rate : bad_rate);
    const bool slow = random.Unit() < (draw.to_canary ? canary_slow_rate : slow_rate);
    canary.Observe(draw, bad, slow ? 30'000 : 1'000, std::array{random.Unit()});
    return true;
  }
  CanaryRecord Limits(double alpha = 0.05) {
    CanaryRecord record;
    record.alpha = alpha;
    record.slow_above_ms = 20;
    return record;
  }
  runtime::Turnstile turnstile_{1};
};

/// Each goes through shares of 5 %, 20 % and 50 %, is looked at after every request, and has rates of wrong
/// and slow answers that move over the day, the same on both sides.
TEST_F(CanaryRecordTest, OfAThousandGoodCanariesNoMoreAreEndedThanAlphaSays) {
  constexpr int kRollouts = 1000, kRequests = 900;
  constexpr double kAlpha = 0.05;
  const auto version = Version();
  int ended = 0;
  std::int64_t drawn = 0;
  double expected = 0, variance = 0;
  for (int rollout = 0; rollout < kRollouts; ++rollout) {
    Random random(static_cast<std::uint64_t>(rollout), 21);
    Canary canary(version, 0.05, Limits(kAlpha), static_cast<std::uint64_t>(rollout) * 7919);
    for (int i = 0; i < kRequests; ++i) {
      const double share = i < 300 ? 0.05 : i < 600 ? 0.2 : 0.5;
      canary.SetShare(share);
      const double bad = 0.04 + 0.03 * std::sin(i / 150.0), slow = 0.05 + 0.04 * std::cos(i / 90.0);
      if (!Send(canary, random, bad, bad, slow, slow)) break;
      expected += share;
      variance += share * (1 - share);
    }
    const auto record = canary.State().record;
    ended += FaultOf(record) == CanaryFault::None ? 0 : 1;
    drawn += record.canary_requests;
  }
  std::printf("1000 good canaries at alpha %.2f: %d ended (%.1f %%)\n", kAlpha, ended, ended / 10.0);
  EXPECT_LE(ended, kRollouts * kAlpha + 3 * std::sqrt(kRollouts * kAlpha * (1 - kAlpha)));
  EXPECT_GT(ended, 0) << "a guard that never fires has no power either";
  // And the shares of the traffic are within four standard deviations of a binomial.
  EXPECT_NEAR(static_cast<double>(drawn), expected, 4 * std::sqrt(variance));
}

TEST_F(CanaryRecordTest, CanariesThatFailOrAreSlowTwiceAsOftenAreEnded) {
  constexpr int kRollouts = 50, kRequests = 20'000;
  const auto version = Version();
  int failing = 0, slow = 0;
  double failing_requests = 0, slow_requests = 0;
  for (int rollout = 0; rollout < kRollouts; ++rollout) {
    const auto seed = static_cast<std::uint64_t>(rollout);
    Random random(seed, 22);
    Canary wrong(version, 0.3, Limits(0.01), seed), late(version, 0.3, Limits(0.01), seed + 1000);
    for (int i = 0; i < kRequests && Send(wrong, random, 0.02, 0.04, 0, 0); ++i) ++failing_requests;
    for (int i = 0; i < kRequests && Send(late, random, 0, 0, 0.05, 0.1); ++i) ++slow_requests;
    failing += FaultOf(wrong.State().record) == CanaryFault::Bad ? 1 : 0;
    slow += FaultOf(late.State().record) == CanaryFault::Slow ? 1 : 0;
  }
  std::printf(
      "power at alpha 0.01, share 30 %%: 4 %% wrong instead of 2 %%: %d of 50 ended, after %.0f requests; "
      "10 %% slow instead of 5 %%: %d of 50, after %.0f\n",
      failing, failing_requests / kRollouts, slow, slow_requests / kRollouts);
  EXPECT_GE(failing, 47);
  EXPECT_GE(slow, 47);
}

/// A request whose truth is known some requests later, or never: scores of production are chances that are
/// right, those of the canary lie off by `off`.
class Labelled {
 public:
  Labelled(Canary& canary, std::uint64_t seed) : canary_(canary), random_(seed, 23) {}
  bool Send(double off) {
    const auto draw = canary_.Next();
    if (!draw.is_drawn) return false;
    const double hour = 0.5 + 0.3 * std::sin(static_cast<double>(sent_) / 120);
    const double chance = 0.1 + 0.8 * random_.Unit() * hour;
    const double score = std::min(1.0, chance + (draw.to_canary ? off : 0));
    const std::string id = std::to_string(sent_++);
    canary_.Observe(draw, false, 1000, std::array{score});
    canary_.Await(draw, id, std::array{score});
    waiting_.emplace_back(id, random_.Unit() < chance ? 1 : 0);
    // Half of the labels come, in no order.
    std::swap(waiting_.back(),
              waiting_[static_cast<std::size_t>(random_.Unit() * static_cast<double>(waiting_.size()))]);
    if (random_.Unit() < 0.5) canary_.ObserveLabel(waiting_.back().first, waiting_.back().second);
    if (random_.Unit() < 0.9) waiting_.pop_back();
    return true;
  }

 private:
  Canary& canary_;
  Random random_;
  std::int64_t sent_ = 0;
  std::vector<std::pair<std::string, double>> waiting_;
};

TEST_F(CanaryRecordTest, OfAThousandWhoseAnswersAreAsGoodNoMoreAreEndedByLabelsThanAlphaSays) {
  constexpr int kRollouts = 1000, kRequests = 1500;
  constexpr double kAlpha = 0.05;
  const auto version = Version();
  int ended = 0;
  std::int64_t labelled = 0;
  for (int rollout = 0; rollout < kRollouts; ++rollout) {
    auto limits = Limits(0.01);
    limits.loss_alpha = kAlpha;
    const auto seed = static_cast<std::uint64_t>(rollout);
    Canary canary(version, 0.1, limits, seed * 7919 + 5);
    Labelled traffic(canary, seed);
    for (int i = 0; i < kRequests; ++i) {
      canary.SetShare(i < 500 ? 0.1 : i < 1000 ? 0.3 : 0.5);
      if (!traffic.Send(0)) break;
    }
    const auto record = canary.State().record;
    ended += FaultOf(record) == CanaryFault::Loss ? 1 : 0;
    labelled += record.canary_labelled + record.production_labelled;
  }
  std::printf("1000 canaries as good by labels at alpha %.2f: %d ended (%.1f %%), %lld labels each\n", kAlpha,
              ended, ended / 10.0, static_cast<long long>(labelled / kRollouts));
  EXPECT_LE(ended, kRollouts * kAlpha + 3 * std::sqrt(kRollouts * kAlpha * (1 - kAlpha)));
  EXPECT_GT(ended, 0) << "a guard that never fires has no power either";
  EXPECT_GT(labelled, kRollouts * 300);
}

TEST_F(CanaryRecordTest, CanariesWhoseAnswersAreWorseByTheirLabelsAreEnded) {
  constexpr int kRollouts = 50, kRequests = 20'000;
  const auto version = Version();
  int ended = 0;
  double requests = 0;
  for (int rollout = 0; rollout < kRollouts; ++rollout) {
    const auto seed = static_cast<std::uint64_t>(rollout);
    Canary canary(version, 0.3, Limits(0.01), seed);
    Labelled traffic(canary, seed);
    for (int i = 0; i < kRequests && traffic.Send(0.3); ++i) ++requests;
    ended += FaultOf(canary.State().record) == CanaryFault::Loss ? 1 : 0;
  }
  std::printf(
      "scores off by 0.3, share 30 %%: %d of 50 ended, after %.0f requests of which half get a label\n",
      ended, requests / kRollouts);
  EXPECT_GE(ended, 47);
}

TEST(AwaitedLabelsTest, EachRequestIsJudgedOnceByOneOfItsRows) {
  AwaitedLabels awaited(1, 3);
  awaited.Add("a", true, 0.2, std::array{0.25});
  EXPECT_FALSE(awaited.Take("a.1", 1)) << "it has one row";
  EXPECT_FALSE(awaited.Take("b", 1));
  EXPECT_FALSE(awaited.Take("a", 0.5)) << "a chance is no truth";
  const auto loss = awaited.Take("a.0", 1);
  ASSERT_TRUE(loss);
  EXPECT_TRUE(loss->to_canary);
  EXPECT_EQ(loss->share, 0.2);
  EXPECT_EQ(loss->loss, 0.5625);
  EXPECT_FALSE(awaited.Take("a.0", 1)) << "once";

  awaited.Add("many", false, 0.2, std::array{1.0, 1.0, 1.0});
  awaited.Add("many", true, 0.2, std::array{0.0});
  int taken = 0;
  for (const char* id : {"many.0", "many.1", "many.2"}) {
    const auto one = awaited.Take(id, 0);
    taken += one ? 1 : 0;
    if (one) {
      EXPECT_FALSE(one->to_canary) << "of the first request";
      EXPECT_TRUE(one->is_event) << "a loss of 1 always is";
    }
  }
  EXPECT_EQ(taken, 1);

  awaited.Add("v1.2", true, 0.2, std::array{0.0});
  EXPECT_TRUE(awaited.Take("v1.2", 0)) << "an id may end as a row does";
  for (const char* id : {"1", "2", "3", "4"}) awaited.Add(id, true, 0.2, std::array{0.0});
  EXPECT_FALSE(awaited.Take("1", 0)) << "only the newest are awaited";
  EXPECT_TRUE(awaited.Take("4", 0));
}

TEST_F(CanaryRecordTest, TheBreakerActsAtOnceOnWhatFailsMostOfTheTime) {
  auto limits = Limits();
  limits.alpha = 1e-12;  // so that no evidence comes before it
  Canary canary(Version(), 0.5, limits, 1);
  Random random(1);
  int requests = 0;
  while (Send(canary, random, 0.9, 0.9, 0, 0) && requests < 1000) ++requests;
  EXPECT_LT(requests, 100);
  EXPECT_EQ(FaultOf(canary.State().record), CanaryFault::Breaker);
  EXPECT_EQ(canary.State().share, 0);
  EXPECT_FALSE(canary.Next().to_canary);
}

TEST(OutputCountsTest, EqualScoresAreCloseAndOthersFar) {
  Random random(8);
  OutputCounts same, other;
  for (int i = 0; i < 2000; ++i) {
    same.Add(i % 2 == 0, std::array{random.Unit()});
    other.Add(i % 2 == 0, std::array{i % 2 == 0 ? random.Unit() / 2 : random.Unit()});
    EXPECT_TRUE(i > 1000 || !same.Psi()) << "too few to say anything";
  }
  EXPECT_LT(*same.Psi(), 0.1);
  EXPECT_GT(*other.Psi(), 0.5);
  const auto stored = OutputCountsIn(*Json::Parse(ToJson(other).Dump()));
  ASSERT_TRUE(stored);
  EXPECT_EQ(*stored, other);
  EXPECT_EQ(OutputCountsIn(*Json::Parse("{\"edges\":[1],\"canary\":[1],\"production\":[]}")).error().reason,
            Reason::InvalidArgument);
}

TEST_F(CanaryRecordTest, GoesOnFromItsRecordAndIsTheSameBitForBitAfterStorage) {
  Canary whole(Version(), 0.3, Limits(), 4);
  Random random(4);
  for (int i = 0; i < 300; ++i) Send(whole, random, 0.02, 0.02, 0.05, 0.05);
  Labelled traffic(whole, 4);
  for (int i = 0; i < 300; ++i) traffic.Send(0.1);
  const auto record = whole.State().record;
  const auto stored = CanaryRecordIn(*Json::Parse(ToJson(record).Dump()));
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(*stored, record);
  EXPECT_EQ(ToJson(*stored).Dump(), ToJson(record).Dump());
  Canary second(Version(), 0.3, *stored, 9);
  const Canary::Draw draw{true, true, 0.3};
  whole.Observe(draw, true, 1000, {});
  second.Observe(draw, true, 1000, {});
  EXPECT_EQ(second.State().record, whole.State().record);
  EXPECT_EQ(CanaryRecordIn(Json::Object()).error().reason, Reason::InvalidArgument);
}

}  // namespace
}  // namespace cairn::serving

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <set>

#include "loop/evaluation/random.h"
#include "loop/serving/testing/test_versions.h"
#include "loop/serving/traffic/canary.h"

namespace cairn::serving {
namespace {

using evaluation::Random;
using testing::Constant;
using testing::TestService;

/// What a shadow and production said to requests whose truth is known some requests later, or never: scores
/// of production are chances that are right, those of the shadow lie off by `off` one way or the other.
class ShadowTraffic {
 public:
  ShadowTraffic(Canary& canary, std::uint64_t seed) : canary_(canary), random_(seed, 29) {}
  void Send(double off) {
    const double hour = 0.5 + 0.3 * std::sin(static_cast<double>(sent_) / 120);
    const double chance = 0.1 + 0.8 * random_.Unit() * hour;
    const double shadow = std::clamp(chance + (random_.Unit() < 0.5 ? off : -off), 0.0, 1.0);
    const std::string id = std::to_string(sent_++);
    canary_.ObserveShadow(id, std::vector{shadow}, std::vector{chance});
    waiting_.emplace_back(id, random_.Unit() < chance ? 1 : 0);
    // Half of the labels come, in no order.
    std::swap(waiting_.back(),
              waiting_[static_cast<std::size_t>(random_.Unit() * static_cast<double>(waiting_.size()))]);
    if (random_.Unit() < 0.5) canary_.ObserveLabel(waiting_.back().first, waiting_.back().second);
    if (random_.Unit() < 0.9) waiting_.pop_back();
  }

 private:
  Canary& canary_;
  Random random_;
  std::int64_t sent_ = 0;
  std::vector<std::pair<std::string, double>> waiting_;
};

class ShadowLabelsTest : public ::testing::Test {
 protected:
  std::shared_ptr<const LoadedVersion> Version() {
    StoredVersion stored;
    stored.version = 2;
    stored.folder.model = Constant(0.5F);
    return *LoadedVersion::Make("m", std::move(stored), {}, turnstile_);
  }
  static CanaryRecord Limits(double alpha) {
    CanaryRecord record;
    record.shadow_loss_alpha = alpha;
    return record;
  }
  runtime::Turnstile turnstile_{1};
};

/// Production's scores are the true chances, and the shadow's are those of the flipped coin: each loses as
/// much as the other on average, and on single rows much more or less.
TEST_F(ShadowLabelsTest, OfAThousandThatAreAsGoodNoMoreAreEndedThanAlphaSays) {
  constexpr int kRollouts = 1000, kRequests = 1000;
  constexpr double kAlpha = 0.05;
  const auto version = Version();
  int ended = 0;
  std::int64_t labelled = 0;
  for (int rollout = 0; rollout < kRollouts; ++rollout) {
    const auto seed = static_cast<std::uint64_t>(rollout);
    Canary canary(version, 0, Limits(kAlpha), seed * 7919 + 5);
    Random random(seed, 31);
    for (int i = 0; i < kRequests && canary.IsShadow(); ++i) {
      const std::string id = std::to_string(i);
      const bool swapped = random.Unit() < 0.5;
      const double good = 0.2 + 0.6 * random.Unit(), bad = random.Unit();
      canary.ObserveShadow(id, std::vector{swapped ? good : bad}, std::vector{swapped ? bad : good});
      if (random.Unit() < 0.5) canary.ObserveLabel(id, random.Unit() < good ? 1 : 0);
    }
    const auto record = canary.State().record;
    ended += FaultOf(record) == CanaryFault::ShadowLoss ? 1 : 0;
    labelled += record.shadow_bet.rows();
  }
  std::printf("1000 shadows as good by labels at alpha %.2f: %d ended (%.1f %%), %lld labels each\n", kAlpha,
              ended, ended / 10.0, static_cast<long long>(labelled / kRollouts));
  EXPECT_LE(ended, kRollouts * kAlpha + 3 * std::sqrt(kRollouts * kAlpha * (1 - kAlpha)));
  EXPECT_GT(ended, 0) << "a guard that never fires has no power either";
  EXPECT_GT(labelled, kRollouts * 400);
}

TEST_F(ShadowLabelsTest, ThoseWhoseAnswersAreWorseAreEndedSoonerThanACanaryWouldBe) {
  constexpr int kRollouts = 50, kRequests = 5000;
  const auto version = Version();
  int ended = 0;
  double requests = 0;
  for (int rollout = 0; rollout < kRollouts; ++rollout) {
    const auto seed = static_cast<std::uint64_t>(rollout);
    Canary canary(version, 0, Limits(0.01), seed);
    ShadowTraffic traffic(canary, seed);
    for (int i = 0; i < kRequests && canary.IsShadow(); ++i, ++requests) traffic.Send(0.3);
    ended += FaultOf(canary.State().record) == CanaryFault::ShadowLoss ? 1 : 0;
  }
  std::printf("scores off by 0.3: %d of 50 shadows ended, after %.0f requests of which half get a label\n",
              ended, requests / kRollouts);
  EXPECT_GE(ended, 47);
  EXPECT_LT(requests / kRollouts, 1000);
}

TEST_F(ShadowLabelsTest, ALabelThatComesOnceItHasAShareStillCountsForTheShadow) {
  Canary canary(Version(), 0, Limits(0.01), 1);
  canary.ObserveShadow("a", std::vector{0.75}, std::vector{0.5});
  canary.SetShare(0.5);
  canary.ObserveLabel("a.0", 1);
  canary.ObserveLabel("a.0", 0);
  const auto record = canary.State().record;
  EXPECT_EQ(record.shadow_bet.rows(), 1) << "once";
  EXPECT_EQ(record.shadow_loss, 0.0625);
  EXPECT_EQ(record.shadow_production_loss, 0.25);
  EXPECT_EQ(record.canary_labelled + record.production_labelled, 0);
  const auto stored = CanaryRecordIn(*Json::Parse(ToJson(record).Dump()));
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(*stored, record);
}

TEST(AwaitedPairsTest, TellOnlyOfRowsThatBothAnswered) {
  AwaitedPairs pairs(1, 3);
  pairs.AddShadow("a", std::array{0.25});
  EXPECT_FALSE(pairs.Take("a.0", 1)) << "production has not answered it";
  pairs.AddProduction("a", std::array{0.5});
  pairs.AddProduction("a", std::array{0.9});
  EXPECT_FALSE(pairs.Take("a.1", 1)) << "it has one row";
  EXPECT_FALSE(pairs.Take("a.0", 0.5)) << "a chance is no truth";
  const auto losses = pairs.Take("a", 1);
  ASSERT_TRUE(losses);
  EXPECT_EQ(losses->shadow, 0.5625);
  EXPECT_EQ(losses->production, 0.25) << "of the first";
  EXPECT_FALSE(pairs.Take("a", 1)) << "once";
  for (const char* id : {"1", "2", "3", "4"}) {
    pairs.AddProduction(id, std::array{0.5});
    pairs.AddShadow(id, std::array{0.5});
  }
  EXPECT_FALSE(pairs.Take("1", 0)) << "only the newest are awaited";
  EXPECT_TRUE(pairs.Take("4", 0));
}

/// A service with production and a version on trial, and labels as the monitors keep them.
class TrialLabelsTest : public ::testing::TestWithParam<std::string> {
 protected:
  TrialLabelsTest() {
    test.versions->Put(1, Constant(0.25F));
    test.versions->Put(2, Constant(0.5F));
    EXPECT_TRUE(test.service->Configure(TestService::Parsed(
        "model: {name: late-arrival}\nserving: {canary: {shadow: 1, max_loss_alpha: 0.0001}}\n")));
    test.versions->Promote(1);
    EXPECT_TRUE(test.service->Follow());
  }
  static Question Rows(const std::string& id, std::size_t rows) {
    Question question;
    question.id = id;
    question.rows = rows;
    question.columns = {{"hour", Values(std::vector<Json>(rows, Json(7.5)))}};
    return question;
  }
  void Ask(int from, int to, TestService& of) {
    for (int i = from; i < to; ++i) {
      ASSERT_TRUE(of.service->Predict(Rows("r" + std::to_string(i), 1 + static_cast<std::size_t>(i % 3))));
      of.service->WaitForShadow();
    }
  }
  /// A label for each row of the requests.
  void Label(int from, int to, TestService& of) {
    for (int i = from; i < to; ++i)
      for (int row = 0; row < 1 + i % 3; ++row) {
        const std::string name = "r" + std::to_string(i) + "." + std::to_string(row);
        labels.insert(name);
        of.service->ObserveLabel(name, i % 4 == 0 ? 1 : 0);
      }
  }
  LabelledAmong Known() {
    return [this](const std::vector<std::string>& rows) -> Result<std::vector<std::string>> {
      std::vector<std::string> known;
      for (const auto& row : rows)
        if (labels.contains(row)) known.push_back(row);
      return known;
    };
  }
  CanaryRecord Record(TestService& of) { return of.service->state().canary.record; }
  /// As after a death: what was in memory is gone, but for the record.
  void GoOn(double share) {
    const auto record = Record(test);
    test.service->EndCanary();
    ASSERT_TRUE(test.service->StartCanary(2, share, record, Known()));
    EXPECT_EQ(Record(test), record);
  }

  TestService test{GetParam()};
  std::set<std::string> labels;
};
INSTANTIATE_TEST_SUITE_P(Engines, TrialLabelsTest, ::testing::ValuesIn(sql::testing::Engines()));

TEST_P(TrialLabelsTest, ACanaryThatGoesOnAwaitsWhatTheLogHoldsAndCountsNoLabelTwice) {
  ASSERT_TRUE(test.service->Predict(Rows("before", 1)));
  ASSERT_TRUE(test.service->StartCanary(2, 0.5));
  Ask(0, 60, test);
  Label(0, 20, test);
  const auto before = Record(test);
  EXPECT_EQ(before.canary_labelled + before.production_labelled, 20) << "of each request one row";
  GoOn(0.5);
  Label(0, 20, test);
  test.service->ObserveLabel("before.0", 1);
  EXPECT_EQ(Record(test), before) << "what was labelled is not awaited, nor what came before it began";
  Label(20, 60, test);
  Ask(60, 80, test);
  Label(60, 80, test);
  const auto after = Record(test);
  EXPECT_EQ(after.canary_labelled + after.production_labelled, 80);
  EXPECT_EQ(after.shadow_bet.rows(), 0);
}

TEST_P(TrialLabelsTest, ACanaryThatGoesOnEndsWithTheEvidenceOfOneThatNeverStopped) {
  ASSERT_TRUE(test.service->StartCanary(2, 0.5));
  Ask(0, 90, test);
  Label(0, 30, test);
  const auto middle = Record(test);
  Label(30, 90, test);
  const auto unbroken = Record(test);
  for (int i = 30; i < 90; ++i)
    for (int row = 0; row < 3; ++row) labels.erase("r" + std::to_string(i) + "." + std::to_string(row));
  test.service->EndCanary();
  ASSERT_TRUE(test.service->StartCanary(2, 0.5, middle, Known()));
  Label(30, 90, test);
  EXPECT_GT(unbroken.losses_now.at(0).canary, 0);
  EXPECT_EQ(Record(test), unbroken) << "bit for bit";
}

TEST_P(TrialLabelsTest, AShadowIsJudgedByLabelsAndGoesOnToo) {
  ASSERT_TRUE(test.service->StartCanary(2, 0));
  Ask(0, 60, test);
  Label(0, 20, test);
  EXPECT_EQ(Record(test).shadow_bet.rows(), 20);
  GoOn(0);
  Label(0, 60, test);
  const auto record = Record(test);
  EXPECT_EQ(record.shadow_bet.rows(), 60);
  EXPECT_EQ(record.shadow_loss, 60 * 0.25) << "half is as far from either truth";
  EXPECT_EQ(record.shadow_production_loss, 15 * 0.5625 + 45 * 0.0625);
}

TEST_P(TrialLabelsTest, WhatAShadowSaidStandsInTheLogAndIsNobodysAnswer) {
  ASSERT_TRUE(test.service->StartCanary(2, 0));
  Ask(0, 3, test);
  ASSERT_TRUE(test.service->SetCanaryShare(0.5));
  ASSERT_TRUE(test.service->Predict(Rows("drawn", 1)));
  std::vector<Prediction> shadow, others;
  for (const auto& one : test.Logged()) (one.arm == Arm::Shadow ? shadow : others).push_back(one);
  ASSERT_EQ(shadow.size(), 3u);
  EXPECT_EQ(shadow[2].id, "r2");
  EXPECT_EQ(shadow[2].version, 2);
  EXPECT_EQ(shadow[2].scores, (std::vector{0.5, 0.5, 0.5}));
  EXPECT_TRUE(shadow[2].inputs.empty()) << "they stand in production's record";
  ASSERT_EQ(others.size(), 4u);
  EXPECT_EQ(test.log->counts().requests, 4);
  EXPECT_FALSE(others[0].share);
  EXPECT_EQ(others[3].share, 0.5);
  ASSERT_TRUE(test.log->CloseSegments());
  EXPECT_TRUE(test.log->Verify());
  const auto end = test.log->End();
  ASSERT_TRUE(test.service->Predict(Rows("later", 1)));
  std::vector<std::string> seen;
  ASSERT_TRUE(test.log->Read(end, [&](const Prediction& prediction) -> Result<> {
    seen.push_back(prediction.id);
    return Done{};
  }));
  EXPECT_EQ(seen, std::vector<std::string>{"later"});
}

TEST_P(TrialLabelsTest, ALogThatCannotBeReadDoesNotKeepItFromGoingOn) {
  ASSERT_TRUE(test.service->StartCanary(2, 0.5));
  Ask(0, 10, test);
  auto record = Record(test);
  record.log_from = "another log's place";
  test.service->EndCanary();
  ASSERT_TRUE(test.service->StartCanary(2, 0.5, record, Known()));
  Label(0, 10, test);
  EXPECT_EQ(Record(test), record) << "what was answered before waits for nothing";
  Ask(10, 20, test);
  Label(10, 20, test);
  EXPECT_EQ(Record(test).canary_labelled + Record(test).production_labelled, 10);
}

TEST_P(TrialLabelsTest, ALogThatKeepsAShareKeepsNoShadow) {
  auto settings = test.service->settings();
  settings.log.share = 0.5;
  ASSERT_TRUE(test.service->Configure(settings));
  ASSERT_TRUE(test.service->StartCanary(2, 0));
  Ask(0, 20, test);
  for (const auto& one : test.Logged()) EXPECT_NE(one.arm, Arm::Shadow);
  Label(0, 20, test);
  EXPECT_EQ(Record(test).shadow_bet.rows(), 20) << "while it runs it is judged all the same";
}

}  // namespace
}  // namespace cairn::serving

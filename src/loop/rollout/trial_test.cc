#include <gtest/gtest.h>

#include "loop/rollout/testing/rollout_test_base.h"

namespace cairn::rollout {
namespace {

using governance::State;
using registry::testing::Must;
using testing::kLax;
using testing::kStrict;
using testing::RolloutTest;

TEST_P(RolloutTest, TheNextVersionGoesThroughACanaryThatIsOnRecordBeforeTheAliasMoves) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  ASSERT_EQ(canary.stage, Stage::Canary) << canary.reason;
  EXPECT_EQ(canary.previous, 1);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary) << "without traffic it proves nothing";
  EXPECT_EQ(Production(), 1);
  Send(100);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted);
  EXPECT_EQ(Production(), 2);
  EXPECT_EQ(service->state().version, 2);
  EXPECT_FALSE(service->state().canary.running);
  std::vector<std::string> story;
  for (const auto& event : store.Events("")) {
    if (event.event.kind == "rollout.canary_ended" || event.event.kind == "registry.alias_moved")
      story.push_back(event.event.kind);
  }
  EXPECT_EQ(story, (std::vector<std::string>{"registry.alias_moved", "rollout.canary_ended",
                                             "registry.alias_moved"}));
  const auto ended = store.Events("rollout.canary_ended");
  EXPECT_EQ(ended[0].event.body.Text("verdict"), "promote");
  EXPECT_GE(ended[0].event.body.Int("requests"), 20);
}

TEST_P(RolloutTest, ACanaryThatFailsOnLiveTrafficIsAbortedAndItsDecisionVoid) {
  Accept(kLax);
  AddFlights("a.csv");
  InProduction(Guessing());
  const auto canary = Must(Approve(Consider(Knowing())));
  ASSERT_EQ(canary.stage, Stage::Canary);
  // The linear model gives no number where the distance is missing; the one in production does not read it.
  Send(60, Json());
  ASSERT_TRUE(rollouts->Advance());
  const auto aborted = Must(rollouts->Find(canary.id));
  EXPECT_EQ(aborted.stage, Stage::KeptOut);
  EXPECT_NE(aborted.reason.find("fails more often than production"), std::string::npos) << aborted.reason;
  EXPECT_EQ(DecisionOf(canary), State::Void);
  EXPECT_EQ(Production(), 1);
  EXPECT_FALSE(service->state().canary.running);
  EXPECT_EQ(store.Events("rollout.canary_ended")[0].event.body.Text("verdict"), "abort");
}

TEST_P(RolloutTest, ACanaryGoesOnAfterARestart) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  Start();
  ASSERT_FALSE(service->state().canary.running);
  ASSERT_TRUE(rollouts->Advance());
  ASSERT_TRUE(service->state().canary.running);
  Send(100);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted);
  EXPECT_EQ(store.Events("rollout.canary_started").size(), 1u);
}

constexpr std::string_view kSteps =
    "serving: {canary: {steps: [30%, 60%], min_requests: 20, max_error_rate_alpha: 0.01}}\n";

TEST_P(RolloutTest, ACanaryGoesUpInStepsThatAreOnRecordAndEachVerdictCanBeFoundAgain) {
  Accept(kStrict, "human", kSteps);
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  ASSERT_EQ(canary.stage, Stage::Canary) << canary.reason;
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_DOUBLE_EQ(service->state().canary.share, 0.3);
  Send(120);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary);
  EXPECT_DOUBLE_EQ(service->state().canary.share, 0.6);
  EXPECT_EQ(Must(rollouts->Find(canary.id)).trial.Int("step"), 1);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary) << "the second step needs requests of its own";
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_DOUBLE_EQ(service->state().canary.share, 0.6) << "it goes on in its step after a restart";
  EXPECT_GE(service->state().canary.record.canary_requests, 20) << "with what was counted";
  Send(120);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted);
  const auto steps = store.Events("rollout.canary_step");
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_DOUBLE_EQ(steps[0].event.body.Double("share"), 0.6);
  const Json verified = Must(rollouts->Verify(canary.id));
  EXPECT_TRUE(verified.Bool("same")) << verified.DumpPretty();
  EXPECT_EQ(verified.At("items").items().size(), 2u);
}

TEST_P(RolloutTest, AShadowComesBeforeTheFirstShare) {
  Accept(kStrict, "human", "serving: {canary: {shadow: 30, share: 50%, min_requests: 20}}\n");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(service->state().canary.share, 0);
  Send(60);
  service->WaitForShadow();
  ASSERT_GE(service->state().canary.record.shadow_requests, 30) << "left out more than half";
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(service->state().canary.share, 0.5);
  Send(100);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted);
  const Json verified = Must(rollouts->Verify(""));
  EXPECT_TRUE(verified.Bool("same")) << verified.DumpPretty();
}

TEST_P(RolloutTest, APausedCanaryStaysWhereItIsUntilItIsLetGoOn) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  ASSERT_TRUE(rollouts->Advance());
  Must(rollouts->Pause("", "lunch", "ada"));
  EXPECT_EQ(rollouts->Pause("", "again", "ada").error().reason, Reason::Conflict);
  Send(100);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary);
  EXPECT_TRUE(service->state().canary.running);
  Must(rollouts->Resume(canary.id, "ada"));
  EXPECT_EQ(rollouts->Resume(canary.id, "ada").error().reason, Reason::Conflict);
  ASSERT_TRUE(rollouts->Advance());
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted) << "what was seen while it was paused counts";
  EXPECT_EQ(store.Events("rollout.canary_paused")[0].event.body.Text("reason"), "lunch");
  EXPECT_EQ(store.Events("rollout.canary_resumed").size(), 1u);
}

TEST_P(RolloutTest, APausedCanaryThatFailsIsAbortedAllTheSame) {
  Accept(kLax);
  AddFlights("a.csv");
  InProduction(Guessing());
  const auto canary = Must(Approve(Consider(Knowing())));
  Must(rollouts->Pause(canary.id, "lunch", "ada"));
  Send(60, Json());
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::KeptOut);
  const Json verified = Must(rollouts->Verify(""));
  EXPECT_TRUE(verified.Bool("same")) << verified.DumpPretty();
  ASSERT_EQ(verified.At("items").items().size(), 1u);
  EXPECT_EQ(verified.At("items").items()[0].Text("verdict"), "abort");
}

TEST_P(RolloutTest, AnybodyMayEndACanary) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  const auto ended = Must(rollouts->Abort("", "customers called", "ben"));
  EXPECT_EQ(ended.stage, Stage::KeptOut);
  EXPECT_EQ(DecisionOf(canary), State::Void);
  EXPECT_FALSE(service->state().canary.running);
  EXPECT_EQ(Production(), 1);
  EXPECT_EQ(rollouts->Abort(canary.id, "again", "ben").error().reason, Reason::Conflict);
  EXPECT_EQ(rollouts->Abort("", "again", "ben").error().reason, Reason::NotFound);
}

/// Rows that the models do not know: production's guess and the candidate's differ, and so do their losses.
TEST_P(RolloutTest, LabelsThatComeAfterARestartJudgeWhatWasAnsweredBefore) {
  Accept(kLax, "human", "serving: {canary: {share: 50%, min_requests: 1000, max_loss_alpha: 0.01}}\n");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Guessing())));
  Send(200, 1000.5, "r");
  Label(50, "r", 1);
  ASSERT_TRUE(rollouts->Advance());
  const auto before = service->state().canary.record;
  EXPECT_EQ(before.canary_labelled + before.production_labelled, 50);
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(service->state().canary.record, before);
  Label(200, "r", 1);
  const auto record = service->state().canary.record;
  EXPECT_EQ(record.canary_labelled + record.production_labelled, 200) << "each once";
}

TEST_P(RolloutTest, ADeathBeforeTheFirstLookLosesNoRequestThatWaitsForItsLabel) {
  Accept(kLax, "human", "serving: {canary: {share: 50%, min_requests: 1000}}\n");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Guessing())));
  Send(30, 1000.5, "r");
  Start();
  ASSERT_TRUE(rollouts->Advance());
  Label(30, "r", 1);
  const auto record = service->state().canary.record;
  EXPECT_EQ(record.canary_labelled + record.production_labelled, 30);
}

TEST_P(RolloutTest, AShadowThatIsWorseByItsLabelsIsKeptOutAndTheVerdictCanBeFoundAgain) {
  Accept(kLax, "human", "serving: {canary: {shadow: 5000, share: 50%, max_loss_alpha: 0.02}}\n");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Guessing())));
  double known = 0, guessed = 0;
  for (int i = 0; i < 40; ++i) {
    Send(1, 1000.5, "r" + std::to_string(i) + "-");
    service->WaitForShadow();
  }
  Must(log->Read("", [&](const serving::Prediction& one) -> Result<> {
    (one.arm == serving::Arm::Shadow ? guessed : known) = one.scores[0];
    return Done{};
  }));
  const double truth = known > guessed ? 1 : 0;
  for (int i = 0; i < 40; ++i) Label(1, "r" + std::to_string(i) + "-", truth);
  for (int i = 0; i < 400 && service->state().canary.record.shadow_bet.Peak() < 100; ++i) {
    const std::string ids = "s" + std::to_string(i) + "-";
    Send(1, 1000.5, ids);
    service->WaitForShadow();
    Label(1, ids, truth);
  }
  Start();
  ASSERT_TRUE(rollouts->Advance());
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary) << "what was not kept is lost";
  for (int i = 0; i < 800 && service->state().canary.share == 0 && StageOf(canary) == Stage::Canary; ++i) {
    const std::string ids = "t" + std::to_string(i) + "-";
    Send(1, 1000.5, ids);
    service->WaitForShadow();
    Label(1, ids, truth);
    if (i % 100 == 99) {
      ASSERT_TRUE(rollouts->Advance());
    }
  }
  ASSERT_TRUE(rollouts->Advance());
  const auto ended = Must(rollouts->Find(canary.id));
  EXPECT_EQ(ended.stage, Stage::KeptOut);
  EXPECT_NE(ended.reason.find("as a shadow, "), std::string::npos) << ended.reason;
  EXPECT_EQ(Production(), 1);
  const Json verified = Must(rollouts->Verify(""));
  EXPECT_TRUE(verified.Bool("same")) << verified.DumpPretty();
}

INSTANTIATE_TEST_SUITE_P(Engines, RolloutTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::rollout

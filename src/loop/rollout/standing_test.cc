#include <gtest/gtest.h>

#include "loop/rollout/testing/rollout_test_base.h"

namespace cairn::rollout {
namespace {

using registry::testing::Must;
using testing::kStrict;
using testing::RolloutTest;

TEST_P(RolloutTest, RollingBackWorksOnce) {
  Accept(kStrict, "human", "");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  EXPECT_EQ(rollouts->RollBack("delay", "bad", "ada").error().reason, Reason::Denied)
      << "there is no predecessor";
  const auto second = InProduction(Knowing("second"));
  ASSERT_EQ(Production(), 2);
  const auto returned = Must(rollouts->RollBack("delay", "late calls", "ada", "run-7"));
  EXPECT_EQ(returned.id, second.id);
  EXPECT_EQ(returned.stage, Stage::RolledBack);
  EXPECT_EQ(returned.reason, "late calls");
  EXPECT_EQ(Production(), 1);
  EXPECT_EQ(service->state().version, 1);
  const auto again = rollouts->RollBack("delay", "once more", "ada");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, Reason::Denied);
  EXPECT_EQ(Production(), 1);
  const auto events = store.Events("rollout.rolled_back");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.body.Text("from"), "2");
  EXPECT_EQ(events[0].event.body.Text("to"), "1");
  EXPECT_EQ(events[0].event.body.Text("reason"), "late calls");
  EXPECT_EQ(events[0].event.body.Text("pipeline_run"), "run-7");
}

TEST_P(RolloutTest, RollingBackWorksThoughTheNewestVersionIsCorrupt) {
  Accept(kStrict, "human", "");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  InProduction(Knowing("second"));
  store.Put(Must(store.registry.Find("delay", 2)).location + "/model.onnx", "garbage");
  EXPECT_EQ(Must(rollouts->RollBack("delay", "corrupt", "ada")).stage, Stage::RolledBack);
  EXPECT_EQ(Production(), 1);
}

TEST_P(RolloutTest, AProductionThatNoDecisionCoversDoesNotAnswerUntilOneDoes) {
  store.Bind("");
  const auto version = Knowing();
  Must(store.registry.SetAlias("delay", "production", version, "ada"));
  store.Bind("delay");
  EXPECT_FALSE(rollouts->UncoveredProduction()) << "nothing is accepted";
  Accept();
  EXPECT_EQ(
      Must(rollouts->UncoveredProduction()),
      "version 1 of model 'delay' stands in production, and no decision put it there: the alias was set "
      "before the model was bound. It does not answer until one does: `cairn model consider delay 1` "
      "examines it, `cairn model approve` signs.");
  EXPECT_EQ(service->state().version, 0);
  EXPECT_NE(service->state().problem.find("`cairn model consider delay 1`"), std::string::npos)
      << service->state().problem;
  EXPECT_EQ(service->PredictWith(1, {}).error().reason, Reason::Denied);
  EXPECT_EQ(service->Describe(1).error().reason, Reason::Denied);
  AddFlights("a.csv");
  const auto covered = Must(Approve(Consider(version)));
  EXPECT_EQ(covered.stage, Stage::Promoted);
  EXPECT_EQ(service->state().version, 1);
  EXPECT_EQ(Must(rollouts->UncoveredProduction()), "");
  EXPECT_EQ(rollouts->RollBack("delay", "there is nothing to return to", "ada").error().reason,
            Reason::Denied);
}

TEST_P(RolloutTest, WhatNoDecisionPutInProductionIsNoPredecessor) {
  store.Bind("");
  Must(store.registry.SetAlias("delay", "production", Knowing("first"), "ada"));
  store.Bind("delay");
  Accept();
  AddFlights("a.csv");
  const auto next = Consider(Knowing("second"));
  EXPECT_EQ(next.previous, 0);
  EXPECT_EQ(next.report.At("contestants").items().size(), 2u) << "candidate and heuristic";
  EXPECT_EQ(Must(Approve(next)).stage, Stage::Promoted) << "there is nothing to try it beside";
  EXPECT_EQ(rollouts->RollBack("delay", "x", "ada").error().reason, Reason::Denied);
}

TEST_P(RolloutTest, OnlyCandidatesThatWereApprovedAndFormerProductionAnswerByTheirNumber) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto waiting = Consider(Knowing("second"));
  EXPECT_EQ(service->Describe(2).error().reason, Reason::Denied) << "it waits for approval";
  ASSERT_EQ(Must(Approve(waiting)).stage, Stage::Canary);
  EXPECT_TRUE(service->Describe(2));
  EXPECT_EQ(Must(rollouts->Promote(waiting.id, "ada")).stage, Stage::Promoted);
  EXPECT_TRUE(service->Describe(1)) << "the predecessor";
  const auto aborted = Must(Approve(Consider(Knowing("third"))));
  ASSERT_TRUE(service->Describe(3));
  const auto decision = Must(office.decisions.Find(aborted.decision));
  Must(rollouts->Reject(aborted.id, "no",
                        office.Sign("vera", governance::RejectionStatement(decision, "no"))));
  EXPECT_EQ(service->Describe(3).error().reason, Reason::Denied);
}

INSTANTIATE_TEST_SUITE_P(Engines, RolloutTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::rollout

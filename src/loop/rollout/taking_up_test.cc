#include <gtest/gtest.h>

#include "loop/rollout/testing/rollout_test_base.h"

namespace cairn::rollout {
namespace {

using governance::State;
using registry::testing::Must;
using testing::kStrict;
using testing::RolloutTest;

TEST_P(RolloutTest, ADeathBetweenRedeemingAndItsRecordIsRepaired) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  const auto decision = Must(office.decisions.Find(rollout.decision));
  Must(office.decisions.Approve(decision.id, office.Sign("grace", governance::ApprovalStatement(decision))));
  Json seen = decision.seen;
  seen.Remove("configuration");
  seen.Remove("developer");
  Must(store.registry.MoveGuarded(decision.act, decision.id, seen, "grace", ""));
  ASSERT_EQ(Production(), 1);
  ASSERT_EQ(StageOf(rollout), Stage::AwaitingApproval);
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(rollout), Stage::Promoted);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(store.Events("rollout.promoted").size(), 1u);
}

TEST_P(RolloutTest, ADeathBetweenApprovalAndItsDeedIsTakenUp) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  const auto decision = Must(office.decisions.Find(rollout.decision));
  Must(office.decisions.Approve(decision.id, office.Sign("grace", governance::ApprovalStatement(decision))));
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(rollout), Stage::Promoted);
  EXPECT_EQ(Production(), 1);
}

TEST_P(RolloutTest, AnExaminationThatDiedIsMadeAnew) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  office.ledger.Run("UPDATE rollout SET stage = 'examining', decision = '', report = 'null' WHERE id = $1",
                    {rollout.id});
  Start();
  ASSERT_TRUE(rollouts->Advance());
  const auto again = Must(rollouts->Find(rollout.id));
  EXPECT_EQ(again.stage, Stage::AwaitingApproval) << again.reason;
  EXPECT_NE(again.decision, rollout.decision);
  EXPECT_EQ(DecisionOf(rollout), State::Void) << "the decision that nobody saw";
  EXPECT_EQ(Must(Approve(again)).stage, Stage::Promoted);
}

TEST_P(RolloutTest, ADeathBetweenReturningAndItsRecordIsRepaired) {
  Accept(kStrict, "human", "");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto second = InProduction(Knowing("second"));
  const auto decision = Must(office.decisions.ReturnFor("delay", "production"));
  Must(store.registry.MoveGuarded(decision.act, decision.id, Json::Object(), "ada", ""));
  ASSERT_EQ(StageOf(second), Stage::Promoted);
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(second), Stage::RolledBack);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(store.Events("rollout.rolled_back").size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Engines, RolloutTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::rollout

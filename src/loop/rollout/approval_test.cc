#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "loop/rollout/testing/rollout_test_base.h"

namespace cairn::rollout {
namespace {

using governance::State;
using registry::testing::Must;
using testing::kLax;
using testing::kStrict;
using testing::RolloutTest;

TEST_P(RolloutTest, WhoMadeItOrIsNoApproverCannotApprove) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing("by linus", "linus"));
  for (const std::string who : {"ada", "linus", "vera"}) {
    const auto refused = Approve(rollout, who);
    ASSERT_FALSE(refused) << who;
    EXPECT_EQ(refused.error().reason, Reason::Denied) << refused.error().message;
  }
  EXPECT_EQ(StageOf(rollout), Stage::AwaitingApproval);
  EXPECT_EQ(Production(), 0);
  EXPECT_TRUE(Approve(rollout, "grace"));
}

TEST_P(RolloutTest, AChangedDataSetVoidsTheApproval) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  AddFlights("b.csv", 2);
  const auto refused = Approve(rollout);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("it saw dataset"), std::string::npos) << refused.error().message;
  EXPECT_EQ(StageOf(rollout), Stage::KeptOut);
  EXPECT_EQ(DecisionOf(rollout), State::Void);
  EXPECT_EQ(Production(), 0);
}

TEST_P(RolloutTest, AReportThatWasAlteredVoidsTheApproval) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  Json forged = Must(rollouts->Find(rollout.id)).report;
  forged.Set("rows", 1);
  office.ledger.Run("UPDATE rollout SET report = $1 WHERE id = $2", {forged.Dump(), rollout.id});
  const auto refused = Approve(rollout);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("it saw report"), std::string::npos) << refused.error().message;
  EXPECT_EQ(Production(), 0);
}

TEST_P(RolloutTest, APolicyApprovesWhereTheGatesSaySo) {
  Accept(kStrict, "policy");
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  EXPECT_EQ(rollout.stage, Stage::Promoted) << rollout.reason;
  EXPECT_EQ(Must(office.decisions.Find(rollout.decision)).authority, governance::Approval::Policy);
  EXPECT_EQ(Consider(Guessing()).stage, Stage::KeptOut) << "a policy approves only what passed";
}

TEST_P(RolloutTest, ARejectionKeepsItOutWithItsReason) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  const auto decision = Must(office.decisions.Find(rollout.decision));
  const auto rejected = Must(rollouts->Reject(
      rollout.id, "too risky", office.Sign("vera", governance::RejectionStatement(decision, "too risky"))));
  EXPECT_EQ(rejected.stage, Stage::KeptOut);
  EXPECT_EQ(rejected.reason, "rejected by vera: too risky");
  EXPECT_EQ(DecisionOf(rollout), State::Rejected);
  EXPECT_EQ(Approve(rollout).error().reason, Reason::Conflict);
}

TEST_P(RolloutTest, PromotingByHandNeedsAnApproval) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto rollout = Consider(Knowing("second"));
  EXPECT_EQ(rollouts->Promote(rollout.id, "ada").error().reason, Reason::Conflict);
  EXPECT_EQ(Production(), 1);
  ASSERT_TRUE(Approve(rollout));
  EXPECT_EQ(Must(rollouts->Promote(rollout.id, "ada")).stage, Stage::Promoted);
  EXPECT_EQ(Production(), 2);
}

TEST_P(RolloutTest, WhatAChangeVoidsIsNamed) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto waiting = Consider(Knowing("second"));
  const auto under_way = Must(rollouts->UnderWay());
  ASSERT_EQ(under_way.size(), 1u);
  EXPECT_EQ(under_way[0].id, waiting.id);
  EXPECT_TRUE(Must(rollouts->Voided(under_way)).empty()) << "nothing has changed yet";

  AddFlights("b.csv", 2);
  const auto by_data = Must(rollouts->Voided(under_way));
  ASSERT_EQ(by_data.size(), 1u);
  EXPECT_EQ(by_data[0],
            "version 2 of model 'delay', which waited for approval, can no longer go live: it was examined "
            "under an older version of the data set 'flights'. `cairn model consider delay 2` examines it "
            "anew.");
  EXPECT_FALSE(Approve(waiting)) << "and it is so";

  const auto canary = Must(Approve(Consider(Knowing("third"))));
  ASSERT_EQ(canary.stage, Stage::Canary);
  const auto tried = Must(rollouts->UnderWay());
  ASSERT_EQ(tried.size(), 1u);
  Accept(kLax);
  EXPECT_FALSE(rollouts->Advance());
  const auto by_configuration = Must(rollouts->Voided(tried));
  ASSERT_EQ(by_configuration.size(), 1u);
  EXPECT_EQ(by_configuration[0],
            "version 3 of model 'delay', which was tried out on live traffic, can no longer go live: it was "
            "examined under another configuration. `cairn model consider delay 3` examines it anew.");
  EXPECT_EQ(StageOf(canary), Stage::KeptOut) << "and it is so";
}

TEST_P(RolloutTest, WhoRanThePipelineCannotApproveWhatItMade) {
  Accept();
  AddFlights("a.csv");
  const auto offered = Must(rollouts->Offer({{"run-1"}, "run-1", "linus"}));
  EXPECT_FALSE(offered.rollout) << "it made nothing";
  const auto version = MadeBy("run-1", "linus");
  const auto rollout = Must(rollouts->Offer({{"run-1"}, "run-1", "linus"})).rollout;
  ASSERT_TRUE(rollout);
  EXPECT_EQ(rollout->version, version);
  EXPECT_EQ(rollout->actor, "linus");
  const auto decision = Must(office.decisions.Find(rollout->decision));
  EXPECT_EQ(decision.seen.Text("developer"), "linus");
  EXPECT_EQ(decision.proposer, "linus");
  EXPECT_EQ(Approve(*rollout, "linus").error().reason, Reason::Denied) << "he is an approver too";
  EXPECT_TRUE(Approve(*rollout, "grace"));
}

TEST_P(RolloutTest, APolicyThatNobodySignedLeavesItToPeopleAndSaysHow) {
  const std::string text = Written(kStrict, "policy");
  Must(office.Accept(text));
  configuration = text;
  Start();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  EXPECT_EQ(rollout.stage, Stage::AwaitingApproval);
  EXPECT_NE(rollout.reason.find("'cairn apply --sign NAME'"), std::string::npos) << rollout.reason;
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(rollout), Stage::AwaitingApproval);
  EXPECT_EQ(Production(), 0);
  office.AcceptSigned(text);
  ASSERT_TRUE(rollouts->Advance());
  const auto promoted = Must(rollouts->Find(rollout.id));
  EXPECT_EQ(promoted.stage, Stage::Promoted);
  EXPECT_EQ(promoted.reason, "");
  EXPECT_EQ(Must(office.decisions.Find(rollout.decision)).reason, crypto::Sha256Hex(text));
}

TEST_P(RolloutTest, ANewConfigurationVoidsWhatWasApprovedUnderTheOldOne) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  Accept(kLax);
  const auto refused = Approve(rollout);
  ASSERT_FALSE(refused);
  EXPECT_EQ(StageOf(rollout), Stage::KeptOut);
  EXPECT_EQ(Production(), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, RolloutTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::rollout

#include "ledger/governance/decision.h"

#include <gtest/gtest.h>

#include <thread>

#include "ledger/governance/testing/test_office.h"

namespace cairn::governance {
namespace {

using testing::Must;
using testing::TestOffice;

class DecisionTest : public ::testing::TestWithParam<std::string> {
 protected:
  static Proposal Candidate(const std::string& version = "3") {
    return {{"promote", "delay", version, "production"},
            {{"log_loss", true, 0.41, 0.45, "better than the champion"}, {"latency", true, 3, 10, ""}},
            Json{{"dataset", "d1"}, {"manifest", "m" + version}, {"developer", "ada"}},
            "system",
            "alert-7"};
  }
  Decision Propose(const Proposal& proposal = Candidate()) {
    return Must(office_.decisions.Propose(proposal));
  }
  Signature Signed(const std::string& name, const Decision& decision) {
    return office_.Sign(name, ApprovalStatement(decision));
  }
  Result<Decision> Approve(const Decision& decision, const std::string& name) {
    return office_.decisions.Approve(decision.id, Signed(name, decision));
  }
  static Redemption Of(const Decision& decision) {
    Json seen = decision.seen;
    seen.Remove("configuration");
    seen.Remove("promotion");
    return {decision.id, decision.act, seen, "ada", "", Json::Object()};
  }
  Result<Redeemed> Redeem(const Redemption& redemption) {
    return office_.ledger.database().Transact([&](sql::Connection& connection) {
      return governance::Redeem(connection, office_.ledger.clock().Now(), redemption);
    });
  }
  Reason RedeemReason(const Redemption& redemption) {
    const auto outcome = Redeem(redemption);
    EXPECT_FALSE(outcome);
    return outcome ? Reason::Internal : outcome.error().reason;
  }
  Decision Promoted(const std::string& version, const std::string& predecessor) {
    const auto decision = Propose(Candidate(version));
    Must(Approve(decision, "grace"));
    auto redemption = Of(decision);
    redemption.predecessor = predecessor;
    redemption.predecessor_seen = Json{{"manifest", "m" + predecessor}};
    return Must(Redeem(redemption)).decision;
  }
  State StateOf(const std::string& id) { return Must(office_.decisions.Find(id)).state; }
  void Configure(const std::string& approval, const std::string& risk) {
    Must(office_.Accept(office_.Text(approval, risk)));
  }

  TestOffice office_{GetParam()};
};

TEST_P(DecisionTest, AnApprovedPromotionIsCarriedOutOnceAndLeavesItsTrace) {
  Configure("human", "limited");
  const auto decision = Propose();
  EXPECT_EQ(decision.state, State::Open);
  EXPECT_EQ(Must(Approve(decision, "grace")).state, State::Approved);
  EXPECT_EQ(Must(Redeem(Of(decision))).decision.state, State::Redeemed);
  EXPECT_EQ(RedeemReason(Of(decision)), Reason::Conflict);
  std::vector<std::string> kinds;
  for (const auto& logged : office_.Events("governance.")) {
    kinds.push_back(logged.event.kind);
    EXPECT_EQ(logged.event.cause, kinds.size() > 1 ? "alert-7" : "");
  }
  EXPECT_EQ(kinds,
            (std::vector<std::string>{"governance.configuration_accepted", "governance.decision_proposed",
                                      "governance.decision_approved", "governance.decision_redeemed"}));
  const auto found = Must(office_.decisions.Find(decision.id));
  EXPECT_EQ(found.rules.size(), 2u);
  EXPECT_EQ(found.rules[0].value, Json(0.41));
  EXPECT_EQ(found.votes.size(), 1u);
}

TEST_P(DecisionTest, ADeedThatFailsLeavesTheDecisionRedeemable) {
  Configure("human", "limited");
  const auto decision = Propose();
  Must(Approve(decision, "grace"));
  const auto outcome = office_.ledger.database().Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(governance::Redeem(connection, 1, Of(decision)));
    return Error{Reason::Internal, "the deed failed"};
  });
  EXPECT_FALSE(outcome);
  EXPECT_TRUE(Redeem(Of(decision)));
}

TEST_P(DecisionTest, TheDeveloperCannotApproveTheirOwnCandidate) {
  Configure("human", "limited");
  auto candidate = Candidate();
  candidate.seen.Set("developer", "linus");
  const auto refused = Approve(Propose(candidate), "linus");
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("made this candidate"), std::string::npos);
}

TEST_P(DecisionTest, TheProposerCannotApprove) {
  Configure("human", "limited");
  auto candidate = Candidate();
  candidate.proposer = "grace";
  EXPECT_EQ(Approve(Propose(candidate), "grace").error().reason, Reason::Denied);
}

TEST_P(DecisionTest, OnlyAnApproverOfTheAcceptedConfigurationApproves) {
  Configure("human", "limited");
  const auto decision = Propose();
  for (const auto* name : {"ada", "vera", "mallory"})
    EXPECT_EQ(Approve(decision, name).error().reason, Reason::Denied) << name;
  EXPECT_EQ(StateOf(decision.id), State::Open);
}

TEST_P(DecisionTest, ASignatureOverAnythingElseIsRefused) {
  Configure("human", "limited");
  const auto decision = Propose(), other = Propose();
  auto changed = decision;
  changed.seen.Set("dataset", "d2");
  auto rules = decision;
  rules.rules[0].bound = 0.9;
  auto version = decision;
  version.act.version = "4";
  for (const Decision* wrong : std::initializer_list<const Decision*>{&other, &changed, &rules, &version}) {
    EXPECT_EQ(office_.decisions.Approve(decision.id, Signed("grace", *wrong)).error().reason, Reason::Denied);
  }
  EXPECT_EQ(office_.decisions.Approve(decision.id, {"grace", Signed("linus", decision).value}).error().reason,
            Reason::Denied);
  auto tampered = Signed("grace", decision);
  tampered.value[3] = tampered.value[3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(office_.decisions.Approve(decision.id, tampered).error().reason, Reason::Denied);
  EXPECT_EQ(StateOf(decision.id), State::Open);
}

TEST_P(DecisionTest, ACandidateThatFailsARuleCanBeApprovedByNobody) {
  Configure("policy", "limited");
  auto candidate = Candidate();
  candidate.rules[1].passed = false;
  const auto decision = Propose(candidate);
  EXPECT_EQ(decision.state, State::Rejected);
  EXPECT_NE(decision.reason.find("latency"), std::string::npos);
  EXPECT_EQ(Approve(decision, "grace").error().reason, Reason::Denied);
  EXPECT_EQ(office_.decisions.ApproveByPolicy(decision.id).error().reason, Reason::Denied);
  EXPECT_EQ(RedeemReason(Of(decision)), Reason::Conflict);
}

TEST_P(DecisionTest, ADecisionCoversNothingButItsOwnAct) {
  Configure("human", "limited");
  const auto decision = Propose();
  Must(Approve(decision, "grace"));
  for (const Act& act :
       {Act{"promote", "delay", "4", "production"}, Act{"promote", "other", "3", "production"},
        Act{"promote", "delay", "3", "staging"}, Act{"rollback", "delay", "3", "production"}}) {
    auto redemption = Of(decision);
    redemption.act = act;
    EXPECT_EQ(RedeemReason(redemption), Reason::Denied);
  }
  EXPECT_TRUE(Redeem(Of(decision)));
}

TEST_P(DecisionTest, AnApprovalIsVoidWhenWhatItSawHasChanged) {
  Configure("human", "limited");
  const auto decision = Propose();
  Must(Approve(decision, "grace"));
  auto changed = Of(decision);
  changed.seen.Set("dataset", "d2");
  const auto refused = Redeem(changed);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("it saw dataset \"d1\", which is \"d2\" now"), std::string::npos)
      << refused.error().message;
  auto absent = Of(decision);
  absent.seen.Remove("manifest");
  EXPECT_EQ(RedeemReason(absent), Reason::Denied);
  auto more = Of(decision);
  more.seen.Set("environment", "e");
  EXPECT_EQ(RedeemReason(more), Reason::Denied);
  Must(office_.Accept(office_.Text() + "monitors: []\n"));
  EXPECT_EQ(RedeemReason(Of(decision)), Reason::Denied);
  EXPECT_EQ(StateOf(decision.id), State::Approved);
  EXPECT_EQ(Must(office_.decisions.Void(decision.id, "the data changed", "system")).state, State::Void);
  EXPECT_EQ(RedeemReason(Of(decision)), Reason::Conflict);
}

TEST_P(DecisionTest, ARecordDoctoredInTheStoreAllowsNothing) {
  Configure("human", "limited");
  const auto open = Propose(), approved = Propose();
  office_.ledger.Run("UPDATE decision SET state = 'approved' WHERE id = $1", {open.id});
  EXPECT_EQ(RedeemReason(Of(open)), Reason::Denied);
  office_.ledger.Run("UPDATE decision SET authority = 'policy' WHERE id = $1", {open.id});
  EXPECT_EQ(RedeemReason(Of(open)), Reason::Denied);
  Must(Approve(approved, "grace"));
  office_.ledger.Run("UPDATE decision SET version = '9' WHERE id = $1", {approved.id});
  auto redemption = Of(approved);
  redemption.act.version = "9";
  EXPECT_EQ(RedeemReason(redemption), Reason::Denied);
}

TEST_P(DecisionTest, AHighRiskNeedsTwoApproversAndNoPolicy) {
  Configure("policy", "high");
  const auto decision = Propose();
  EXPECT_EQ(office_.decisions.ApproveByPolicy(decision.id).error().reason, Reason::Denied);
  EXPECT_EQ(Must(Approve(decision, "grace")).state, State::Open);
  EXPECT_EQ(Approve(decision, "grace").error().reason, Reason::Conflict);
  EXPECT_EQ(RedeemReason(Of(decision)), Reason::Conflict);
  EXPECT_EQ(Must(Approve(decision, "linus")).state, State::Approved);
  EXPECT_TRUE(Redeem(Of(decision)));
}

TEST_P(DecisionTest, TwoApproversAtTheSameMomentCompleteTheDecision) {
  Configure("human", "high");
  for (int round = 0; round < 5; ++round) {
    const auto decision = Propose();
    std::thread other([&] { EXPECT_TRUE(Approve(decision, "linus")); });
    const auto signature = office_.decisions.Approve(decision.id, {"grace", Signed("grace", decision).value});
    other.join();
    EXPECT_TRUE(signature);
    EXPECT_EQ(StateOf(decision.id), State::Approved);
  }
}

TEST_P(DecisionTest, AnUnacceptableRiskIsNeverApproved) {
  Configure("policy", "unacceptable");
  const auto decision = Propose();
  EXPECT_EQ(Approve(decision, "grace").error().reason, Reason::Denied);
  EXPECT_EQ(office_.decisions.ApproveByPolicy(decision.id).error().reason, Reason::Denied);
}

TEST_P(DecisionTest, APolicyThatNobodySignedApprovesNothingAndSaysHow) {
  Configure("policy", "limited");
  const auto decision = Propose();
  const auto refused = office_.decisions.ApproveByPolicy(decision.id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("cairn apply --sign NAME"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(StateOf(decision.id), State::Open);
  // Signing what governs already is enough: the decision rests on the same text.
  EXPECT_TRUE(office_.AcceptSigned(office_.Text("policy")).confirmed);
  EXPECT_EQ(Must(office_.decisions.ApproveByPolicy(decision.id)).reason,
            crypto::Sha256Hex(office_.Text("policy")));
}

TEST_P(DecisionTest, APolicyIsCitedByTheTextThatWasSignedAlsoAfterAnUnguardedChange) {
  office_.AcceptSigned(office_.Text("policy"));
  const std::string now = office_.Text("policy", "limited", "monitors: []\n");
  Must(office_.Accept(now));
  const auto approved = Must(office_.decisions.ApproveByPolicy(Propose().id));
  EXPECT_EQ(approved.reason, crypto::Sha256Hex(office_.Text("policy")));
  EXPECT_EQ(approved.seen.Text("configuration"), crypto::Sha256Hex(now));
  const auto events = office_.Events("governance.decision_approved");
  EXPECT_EQ(events[0].event.body.Text("signer"), "grace");
  EXPECT_TRUE(Redeem(Of(approved)));
}

TEST_P(DecisionTest, ASignatureThatWasWrittenIntoTheStoreByAnotherHandIsNone) {
  Configure("policy", "limited");
  const auto decision = Propose();
  office_.ledger.Run("UPDATE configuration SET signer = 'grace', signature = 'bm9uZQ=='", {});
  EXPECT_EQ(office_.decisions.ApproveByPolicy(decision.id).error().reason, Reason::Denied);
  office_.ledger.Run(
      "UPDATE decision SET state = 'approved', authority = 'policy', reason = $2 WHERE id = $1",
      {decision.id, crypto::Sha256Hex(office_.Text("policy"))});
  EXPECT_EQ(RedeemReason(Of(decision)), Reason::Denied);
}

TEST_P(DecisionTest, APolicyApprovesWhereTheAcceptedGatesSaySoAndIsCited) {
  office_.AcceptSigned(office_.Text("policy"));
  const auto decision = Propose();
  const auto approved = Must(office_.decisions.ApproveByPolicy(decision.id));
  EXPECT_EQ(approved.state, State::Approved);
  EXPECT_EQ(approved.reason, crypto::Sha256Hex(office_.Text("policy")));
  EXPECT_EQ(office_.Events("governance.decision_approved")[0].event.body.Text("policy"), approved.reason);
  EXPECT_TRUE(Redeem(Of(decision)));
}

TEST_P(DecisionTest, APolicyDoesNotApproveWhereAHumanMust) {
  Configure("human", "minimal");
  EXPECT_EQ(office_.decisions.ApproveByPolicy(Propose().id).error().reason, Reason::Denied);
}

TEST_P(DecisionTest, ARejectionIsSignedAndFinal) {
  Configure("human", "limited");
  const auto decision = Propose();
  const auto by = [&](const std::string& name) {
    return office_.Sign(name, RejectionStatement(decision, "too slow"));
  };
  EXPECT_EQ(office_.decisions.Reject(decision.id, "too slow", by("ada")).error().reason, Reason::Denied);
  EXPECT_EQ(office_.decisions.Reject(decision.id, "no reason", by("vera")).error().reason, Reason::Denied);
  EXPECT_EQ(Must(office_.decisions.Reject(decision.id, "too slow", by("vera"))).reason, "too slow");
  EXPECT_EQ(Approve(decision, "grace").error().reason, Reason::Conflict);
}

TEST_P(DecisionTest, APromotionApprovesTheReturnToItsPredecessorOnce) {
  Configure("human", "limited");
  Promoted("2", "1");
  const auto promotion = Promoted("3", "2");
  const auto back = Must(office_.decisions.ReturnFor("delay", "production"));
  EXPECT_EQ(back.act, (Act{"rollback", "delay", "2", "production"}));
  auto redemption = Of(back);
  EXPECT_EQ(redemption.seen, (Json{{"manifest", "m2"}}));
  auto elsewhere = redemption;
  elsewhere.act.version = "1";
  EXPECT_EQ(RedeemReason(elsewhere), Reason::Denied);
  auto changed = redemption;
  changed.seen = Json{{"manifest", "other"}};
  EXPECT_EQ(RedeemReason(changed), Reason::Denied);
  Must(office_.Accept(office_.Text() + "monitors: []\n"));
  EXPECT_TRUE(Redeem(redemption));
  EXPECT_EQ(RedeemReason(redemption), Reason::Conflict);
  EXPECT_EQ(office_.decisions.ReturnFor("delay", "production").error().reason, Reason::NotFound);
}

TEST_P(DecisionTest, TheNextPromotionTakesAwayTheReturnBeforeIt) {
  Configure("human", "limited");
  Promoted("2", "1");
  const auto first = Must(office_.decisions.ReturnFor("delay", "production"));
  Promoted("3", "2");
  EXPECT_EQ(StateOf(first.id), State::Void);
  EXPECT_EQ(RedeemReason(Of(first)), Reason::Conflict);
}

TEST_P(DecisionTest, AReturnThatNobodyPromotedFromIsRefused) {
  Configure("policy", "limited");
  auto forged = Candidate("1");
  forged.act.action = "rollback";
  forged.seen.Set("promotion", "made-up");
  EXPECT_EQ(office_.decisions.Propose(forged).error().reason, Reason::InvalidArgument);
}

TEST_P(DecisionTest, AProposalWithoutRulesOrUnderAnotherConfigurationIsRefused) {
  EXPECT_EQ(office_.decisions.Propose(Candidate()).error().reason, Reason::Conflict);
  Configure("human", "limited");
  auto empty = Candidate();
  empty.rules.clear();
  EXPECT_EQ(office_.decisions.Propose(empty).error().reason, Reason::InvalidArgument);
  auto stale = Candidate();
  stale.seen.Set("configuration", "old");
  EXPECT_EQ(office_.decisions.Propose(stale).error().reason, Reason::Conflict);
}

TEST_P(DecisionTest, OnlyWhatWasApprovedOrCarriedOutIsAllowed) {
  Configure("human", "limited");
  const auto allowed = [&](const std::string& version) {
    return Must(office_.ledger.database().Read(
        [&](sql::Connection& connection) { return IsAllowed(connection, "delay", version, "production"); }));
  };
  const auto carried_out = [&](const Decision& decision, const std::string& version) {
    return Must(office_.ledger.database().Read([&](sql::Connection& connection) {
      return IsCarriedOut(connection, decision.id, {"promote", "delay", version, "production"});
    }));
  };
  const auto open = Propose();
  EXPECT_FALSE(allowed("3")) << "it waits";
  Must(Approve(open, "grace"));
  EXPECT_TRUE(allowed("3"));
  EXPECT_FALSE(carried_out(open, "3"));
  Must(Redeem(Of(open)));
  EXPECT_TRUE(allowed("3"));
  EXPECT_TRUE(carried_out(open, "3"));
  EXPECT_FALSE(carried_out(open, "4"));
  EXPECT_FALSE(allowed("4"));
  const auto gone = Propose(Candidate("5"));
  Must(Approve(gone, "grace"));
  Must(office_.decisions.Void(gone.id, "the canary failed", "system"));
  EXPECT_FALSE(allowed("5"));
}

TEST_P(DecisionTest, DecisionsAreListedNewestFirst) {
  Configure("human", "limited");
  const auto first = Propose(Candidate("1"));
  office_.ledger.clock().Advance(1);
  const auto second = Propose(Candidate("2"));
  Must(Approve(first, "grace"));
  const auto all = Must(office_.decisions.List("delay"));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, second.id);
  EXPECT_EQ(Must(office_.decisions.List("", "approved"))[0].id, first.id);
  EXPECT_TRUE(Must(office_.decisions.List("other")).empty());
}

TEST_P(DecisionTest, EveryStepIsSealedIntoASoundLog) {
  Configure("human", "limited");
  Promoted("2", "1");
  office_.ledger.Seal();
  const Json verdict = office_.ledger.Verify();
  EXPECT_TRUE(verdict.Bool("sound")) << verdict.DumpPretty();
}

TEST_P(DecisionTest, AnApprovalAndWhatItRestsOnHaveAnAge) {
  Must(office_.Accept(office_.Text("human\n  valid_days: 14", "limited")));
  const auto lapsed = Propose();
  Must(Approve(lapsed, "grace"));
  office_.ledger.clock().Advance(15 * 86'400'000LL);
  const auto outcome = Redeem(Of(lapsed));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, Reason::Denied);
  EXPECT_NE(outcome.error().message.find("the approval of grace from"), std::string::npos)
      << outcome.error().message;
  const auto old = Propose(Candidate("4"));
  office_.ledger.clock().Advance(15 * 86'400'000LL);
  EXPECT_EQ(Approve(old, "grace").error().reason, Reason::Denied) << "measured too long ago";
  const auto fresh = Propose(Candidate("5"));
  Must(Approve(fresh, "grace"));
  EXPECT_TRUE(Redeem(Of(fresh)));
}

TEST_P(DecisionTest, AClockSetBackCarriesNothingOut) {
  Configure("human", "limited");
  const auto decision = Propose();
  Must(Approve(decision, "grace"));
  office_.ledger.clock().Advance(-3'600'000);
  const auto outcome = Redeem(Of(decision));
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("set back"), std::string::npos) << outcome.error().message;
}

TEST_P(DecisionTest, EveryRefusedApprovalIsNamedAndRecordedOnce) {
  Configure("human", "limited");
  const auto decision = Propose();
  const auto refused = [&](const std::string& who, const Signature& signature, const char* why) {
    const auto outcome = office_.decisions.Approve(decision.id, signature);
    EXPECT_FALSE(outcome) << who;
    const auto events = office_.Events("governance.attempt_refused");
    EXPECT_EQ(events.back().event.body.Text("principal"), who);
    EXPECT_NE(events.back().event.body.Text("why").find(why), std::string::npos)
        << events.back().event.body.Dump();
    EXPECT_EQ(events.back().event.subject, "decision:" + decision.id);
    return events.size();
  };
  EXPECT_EQ(refused("mallory", Signed("mallory", decision), "no principal"), 1u);
  EXPECT_EQ(refused("vera", Signed("vera", decision), "has not the role approver"), 2u);
  EXPECT_EQ(refused("grace", {"grace", Signed("linus", decision).value}, "is not grace's"), 3u);
  EXPECT_EQ(refused("grace", {"grace", Signed("linus", decision).value}, "is not grace's"), 3u) << "again";
  Must(Approve(decision, "grace"));
  // The same words again, and those of one decision for another.
  EXPECT_EQ(refused("grace", Signed("grace", decision), "approved, not open"), 4u);
  const auto other = Propose(Candidate("4"));
  EXPECT_EQ(office_.decisions.Approve(other.id, Signed("grace", decision)).error().reason, Reason::Denied);
  EXPECT_EQ(office_.Events("governance.attempt_refused").back().event.subject, "decision:" + other.id);
}

TEST_P(DecisionTest, OnesOwnWorkIsNotOnesToApproveUnderAnyName) {
  Configure("human", "limited");
  auto own = Candidate("4");
  own.seen.Set("developer", "linus");  // Approver and developer.
  EXPECT_EQ(Approve(Propose(own), "linus").error().reason, Reason::Denied);
  auto proposed = Candidate("5");
  proposed.proposer = "linus";
  EXPECT_EQ(Approve(Propose(proposed), "linus").error().reason, Reason::Denied);
  // A second name for the same key is no second person.
  std::string alias = office_.Person("grace", "developer");
  alias.replace(alias.find("grace"), 5, "gracie");
  std::string text = office_.Text();
  const auto accepted = office_.Accept(text.insert(text.find("gates:"), alias));
  ASSERT_FALSE(accepted);
  EXPECT_NE(accepted.error().message.find("same key"), std::string::npos) << accepted.error().message;
}

TEST_P(DecisionTest, AHandInTheStoreCannotMakeUpForTheKeyOfOneWhoLeft) {
  Configure("human", "limited");
  const auto decision = Propose();
  Must(Approve(decision, "grace"));
  std::string text = office_.Text();
  const std::string grace = office_.Person("grace", "approver");
  text.replace(text.find(grace), grace.size(), "");
  const auto governing = Must(office_.configurations.Accepted());
  Must(office_.Accept(
      text, office_.Sign("linus", AcceptanceStatement(crypto::Sha256Hex(text), governing->digest))));
  EXPECT_EQ(RedeemReason(Of(decision)), Reason::Denied);
  const auto next = Propose(Candidate("4"));
  EXPECT_EQ(Approve(next, "grace").error().reason, Reason::Denied);
}

TEST_P(DecisionTest, AValidatorsVetoHoldsUntilTheDecisionIsCarriedOut) {
  Configure("human", "limited");
  const auto decision = Propose();
  Must(Approve(decision, "grace"));
  const auto veto = [&](const std::string& who) {
    return office_.decisions.Reject(decision.id, "unfair",
                                    office_.Sign(who, RejectionStatement(decision, "unfair")));
  };
  EXPECT_EQ(veto("ada").error().reason, Reason::Denied) << "a developer has none";
  EXPECT_EQ(office_.Events("governance.attempt_refused").back().event.body.Text("attempt"), "reject");
  Must(veto("vera"));
  EXPECT_EQ(RedeemReason(Of(decision)), Reason::Conflict);
}

INSTANTIATE_TEST_SUITE_P(Engines, DecisionTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::governance

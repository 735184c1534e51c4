#include "ledger/governance/delegation.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"

namespace cairn::governance {
namespace {

using testing::Must;
using testing::TestOffice;

constexpr std::int64_t kDay = 86'400'000;

class DelegationTest : public ::testing::TestWithParam<std::string> {
 protected:
  DelegationTest() { Must(office_.Accept(office_.Text())); }

  TimeMs Now() { return office_.ledger.clock().Now(); }
  Delegation Terms(const std::string& from = "grace", const std::string& to = "vera") {
    Delegation delegation;
    delegation.from = from;
    delegation.to = to;
    delegation.begins = Now();
    delegation.ends = Now() + 7 * kDay;
    delegation.reason = "on leave";
    delegation.to_key = office_.Key(to).PublicKey();
    return delegation;
  }
  Result<Delegation> Give(const Delegation& terms, const std::string& signer = "") {
    const std::string by = signer.empty() ? terms.from : signer;
    return delegations_.Give(terms, office_.Sign(by, DelegationStatement(terms)).value);
  }
  Decision Propose(const std::string& developer = "ada", const std::string& proposer = "system") {
    return Must(office_.decisions.Propose({{"promote", "delay", "3", "production"},
                                           {{"log_loss", true, 0.41, 0.45, ""}},
                                           Json{{"manifest", "m3"}, {"developer", developer}},
                                           proposer,
                                           ""}));
  }
  Result<Decision> ApproveFor(const Decision& decision, const Delegation& delegation) {
    auto signature =
        office_.Sign(delegation.to, ApprovalStatement(decision, delegation.from, delegation.Id()));
    signature.delegation = delegation.Id();
    return office_.decisions.Approve(decision.id, signature);
  }
  Result<Decision> Approve(const Decision& decision, const std::string& name) {
    return office_.decisions.Approve(decision.id, office_.Sign(name, ApprovalStatement(decision)));
  }
  Result<Redeemed> Redeem(const Decision& decision) {
    Json seen = decision.seen;
    seen.Remove("configuration");
    return office_.ledger.database().Transact([&](sql::Connection& connection) {
      return governance::Redeem(connection, Now(),
                                {decision.id, decision.act, seen, "ada", "", Json::Object()});
    });
  }
  std::string WhyDenied(const Result<Decision>& outcome) {
    EXPECT_FALSE(outcome);
    if (outcome) return "";
    EXPECT_EQ(outcome.error().reason, Reason::Denied) << outcome.error().message;
    return outcome.error().message;
  }

  TestOffice office_{GetParam()};
  Delegations delegations_{office_.ledger.database(), office_.ledger.clock()};
};

TEST_P(DelegationTest, TheTakerSignsAndTheRecordNamesBoth) {
  const auto delegation = Must(Give(Terms()));
  const auto decision = Propose();
  EXPECT_EQ(Must(ApproveFor(decision, delegation)).state, State::Approved);
  const auto found = Must(office_.decisions.Find(decision.id));
  ASSERT_EQ(found.votes.size(), 1u);
  EXPECT_EQ(found.votes[0].principal, "vera");
  EXPECT_EQ(found.votes[0].giver, "grace");
  const Json shown = ToJson(found).At("approvals").items()[0];
  EXPECT_EQ(shown.Text("for"), "grace");
  EXPECT_TRUE(crypto::Verify(shown.Text("key"), shown.Text("statement"), shown.Text("signature")));
  const auto events = office_.Events("governance.decision_approved");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.body.Text("for"), "grace");
  EXPECT_EQ(events[0].event.body.Text("delegation"), delegation.Id());
  EXPECT_TRUE(Redeem(found));
}

TEST_P(DelegationTest, NeitherGiverNorTakerMayHaveMadeOrProposedIt) {
  const auto delegation = Must(Give(Terms()));
  EXPECT_NE(WhyDenied(ApproveFor(Propose("grace"), delegation)).find("'grace' made this"), std::string::npos);
  EXPECT_NE(WhyDenied(ApproveFor(Propose("vera"), delegation)).find("'vera' made this"), std::string::npos);
  EXPECT_NE(WhyDenied(ApproveFor(Propose("ada", "grace"), delegation)).find("proposed"), std::string::npos);
}

TEST_P(DelegationTest, NobodyCountsTwiceWhereTwoMustSign) {
  office_.AcceptSigned(office_.Text("human", "high"));
  const auto delegation = Must(Give(Terms()));
  const auto decision = Propose();
  EXPECT_EQ(Must(ApproveFor(decision, delegation)).state, State::Open);
  EXPECT_EQ(Approve(decision, "grace").error().reason, Reason::Conflict) << "vera signed for her";
  EXPECT_EQ(ApproveFor(decision, delegation).error().reason, Reason::Conflict);
  EXPECT_EQ(Must(Approve(decision, "linus")).state, State::Approved);
  EXPECT_TRUE(Redeem(decision));
}

TEST_P(DelegationTest, ItHoldsForItsTimeAlone) {
  auto terms = Terms();
  terms.begins += kDay;
  terms.ends += kDay;
  const auto delegation = Must(Give(terms));
  const auto decision = Propose();
  EXPECT_NE(WhyDenied(ApproveFor(decision, delegation)).find("begins at"), std::string::npos);
  office_.ledger.clock().Advance(8 * kDay);
  EXPECT_NE(WhyDenied(ApproveFor(decision, delegation)).find("was over"), std::string::npos);
}

TEST_P(DelegationTest, WithdrawnItLetsNothingMoreBeSignedAndWhatWasSignedStands) {
  const auto delegation = Must(Give(Terms()));
  const auto before = Propose();
  Must(ApproveFor(before, delegation));
  office_.ledger.clock().Advance(1000);
  const std::string statement = WithdrawalStatement(delegation.Id());
  EXPECT_EQ(delegations_.Withdraw(delegation.Id(), office_.Sign("linus", statement)).error().reason,
            Reason::Denied);
  EXPECT_EQ(
      delegations_.Withdraw(delegation.Id(), {"grace", office_.Sign("vera", statement).value}).error().reason,
      Reason::Denied);
  Must(delegations_.Withdraw(delegation.Id(), office_.Sign("grace", statement)));
  EXPECT_EQ(delegations_.Withdraw(delegation.Id(), office_.Sign("vera", statement)).error().reason,
            Reason::Conflict);
  EXPECT_NE(WhyDenied(ApproveFor(Propose(), delegation)).find("withdrawn by 'grace'"), std::string::npos);
  EXPECT_TRUE(Redeem(before));
  EXPECT_EQ(Must(delegations_.List())[0].withdrawn_by, "grace");
  EXPECT_EQ(delegations_.Withdraw("none", office_.Sign("grace", statement)).error().reason, Reason::NotFound);
}

TEST_P(DelegationTest, WhatWasLentIsNotLentOn) {
  Must(Give(Terms()));
  const auto refused = Give(Terms("vera", "ada"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("not lent on"), std::string::npos) << refused.error().message;
  EXPECT_EQ(office_.Events("governance.attempt_refused").back().event.body.Text("attempt"), "delegate");
}

TEST_P(DelegationTest, TermsThatCannotBeAreRefused) {
  const auto refused = [&](auto change, Reason reason) {
    auto terms = Terms();
    change(terms);
    const auto outcome = Give(terms);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason, reason) << outcome.error().message;
  };
  refused([](Delegation& d) { d.to = "grace"; }, Reason::InvalidArgument);
  refused([](Delegation& d) { d.reason = " "; }, Reason::InvalidArgument);
  refused([](Delegation& d) { d.ends = d.begins; }, Reason::InvalidArgument);
  refused([](Delegation& d) { d.ends = d.begins + 91 * kDay; }, Reason::InvalidArgument);
  refused([](Delegation& d) { d.begins -= 3 * kDay, d.ends = d.begins + kDay; }, Reason::InvalidArgument);
  refused([](Delegation& d) { d.role = Role::Operator; }, Reason::InvalidArgument);
  refused([](Delegation& d) { d.to = "mallory"; }, Reason::Denied);
  refused([&](Delegation& d) { d.to = "linus", d.to_key = office_.Key("linus").PublicKey(); },
          Reason::Denied);
  refused([&](Delegation& d) { d.to_key = office_.Key("mallory").PublicKey(); }, Reason::Denied);
  EXPECT_EQ(Give(Terms(), "linus").error().reason, Reason::Denied) << "another's signature";
  Must(Give(Terms()));
  EXPECT_EQ(Give(Terms()).error().reason, Reason::AlreadyExists);
  EXPECT_EQ(Must(delegations_.List()).size(), 1u);
}

TEST_P(DelegationTest, ASignatureWithoutTheGiverInItIsWorthNothing) {
  const auto delegation = Must(Give(Terms()));
  const auto decision = Propose();
  auto plain = office_.Sign("vera", ApprovalStatement(decision));
  EXPECT_EQ(office_.decisions.Approve(decision.id, plain).error().reason, Reason::Denied);
  plain.delegation = delegation.Id();
  EXPECT_EQ(office_.decisions.Approve(decision.id, plain).error().reason, Reason::Denied);
  auto stolen = office_.Sign("ada", ApprovalStatement(decision, "grace", delegation.Id()));
  stolen.delegation = delegation.Id();
  EXPECT_EQ(office_.decisions.Approve(decision.id, stolen).error().reason, Reason::Denied);
}

TEST_P(DelegationTest, ItEndsWithTheGiversRole) {
  const auto delegation = Must(Give(Terms()));
  std::string text = office_.Text();
  const std::string grace = office_.Person("grace", "approver");
  text.replace(text.find(grace), grace.size(), office_.Person("grace", "auditor"));
  const auto governing = Must(office_.configurations.Accepted());
  Must(office_.Accept(
      text, office_.Sign("linus", AcceptanceStatement(crypto::Sha256Hex(text), governing->digest))));
  EXPECT_NE(WhyDenied(ApproveFor(Propose(), delegation)).find("has not the role"), std::string::npos);
}

TEST_P(DelegationTest, AValidatorsVetoCanBeLentAndAConfigurationCannotBeAccepted) {
  auto terms = Terms("vera", "ada");
  terms.role = Role::Validator;
  const auto delegation = Must(Give(terms));
  const auto decision = Propose("linus");
  EXPECT_NE(WhyDenied(ApproveFor(decision, delegation)).find("does not lend the role approver"),
            std::string::npos);
  auto veto = office_.Sign("ada", RejectionStatement(decision, "unfair", "vera", delegation.Id()));
  veto.delegation = delegation.Id();
  EXPECT_EQ(Must(office_.decisions.Reject(decision.id, "unfair", veto)).state, State::Rejected);
  EXPECT_EQ(office_.Events("governance.decision_rejected").back().event.body.Text("for"), "vera");
  const auto lent = Must(Give(Terms("grace", "vera")));
  const std::string text = office_.Text("policy");
  auto signature = office_.Sign(
      "vera", AcceptanceStatement(crypto::Sha256Hex(text), Must(office_.configurations.Accepted())->digest));
  signature.delegation = lent.Id();
  EXPECT_EQ(office_.Accept(text, signature).error().reason, Reason::Denied);
}

INSTANTIATE_TEST_SUITE_P(Engines, DelegationTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::governance

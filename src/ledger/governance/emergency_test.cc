#include "ledger/governance/emergency.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"

namespace cairn::governance {
namespace {

using testing::Must;
using testing::TestOffice;

constexpr std::int64_t kDay = 86'400'000;
constexpr const char* kRule = "human\n  emergency: {roles: [approver], review_days: 3}";

class EmergencyTest : public ::testing::TestWithParam<std::string> {
 protected:
  TimeMs Now() { return office_.ledger.clock().Now(); }
  void Configure(const std::string& risk = "high", const std::string& approval = kRule) {
    Must(office_.Accept(office_.Text(approval, risk)));
  }
  Decision Propose(const std::string& developer = "ada", bool passed = true) {
    return Must(office_.decisions.Propose({{"promote", "delay", "3", "production"},
                                           {{"log_loss", passed, 0.41, 0.45, ""}},
                                           Json{{"manifest", "m3"}, {"developer", developer}},
                                           "system",
                                           "alert-7"}));
  }
  Result<Decision> Approve(const Decision& decision, const std::string& name) {
    return office_.decisions.Approve(decision.id, office_.Sign(name, ApprovalStatement(decision)));
  }
  Result<Decision> Release(const Decision& decision, const std::string& name,
                           const std::string& reason = "production is down") {
    return office_.decisions.Release(decision.id, reason,
                                     office_.Sign(name, EmergencyStatement(decision, reason)));
  }
  Result<Emergency> Review(const Decision& decision, const std::string& name, bool justified = true) {
    return emergencies_.Review(decision.id, justified, "logs read",
                               office_.Sign(name, ReviewStatement(decision.id, justified, "logs read")));
  }
  Result<Redeemed> Redeem(const Decision& decision) {
    Json seen = decision.seen;
    seen.Remove("configuration");
    return office_.ledger.database().Transact([&](sql::Connection& connection) {
      return governance::Redeem(connection, Now(),
                                {decision.id, decision.act, seen, "ada", "2", Json{{"manifest", "m2"}}});
    });
  }

  TestOffice office_{GetParam()};
  Emergencies emergencies_{office_.ledger.database(), office_.ledger.clock()};
};

TEST_P(EmergencyTest, OnePersonReleasesWhereTwoHadToSignAndItIsLoud) {
  Configure();
  const auto decision = Propose();
  const auto released = Must(Release(decision, "grace"));
  EXPECT_EQ(released.state, State::Approved);
  EXPECT_EQ(released.emergency, "production is down");
  EXPECT_EQ(ToJson(released).Text("policy"), "emergency");
  const auto events = office_.Events("governance.emergency_released");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.cause, "alert-7");
  EXPECT_EQ(events[0].event.body.Int("approvals"), 0);
  EXPECT_EQ(events[0].event.body.Int("required"), 2);
  EXPECT_TRUE(office_.Events("governance.decision_approved").empty()) << "it is no approval";
  EXPECT_TRUE(Redeem(decision));
  EXPECT_TRUE(Must(office_.decisions.ReturnFor("delay", "production")).act.version == "2");
}

TEST_P(EmergencyTest, AnApprovalThatWasThereIsNoHindrance) {
  Configure();
  const auto decision = Propose();
  Must(Approve(decision, "grace"));
  const auto released = Must(Release(decision, "grace"));
  ASSERT_EQ(released.votes.size(), 1u);
  EXPECT_TRUE(released.votes[0].emergency);
  EXPECT_EQ(Must(emergencies_.List())[0].approvals, 1);
  EXPECT_TRUE(Redeem(decision));
}

TEST_P(EmergencyTest, OnesOwnWorkCanBeReleasedAndIsSaid) {
  Configure("limited");
  const auto decision = Propose("linus");
  EXPECT_EQ(Approve(decision, "linus").error().reason, Reason::Denied);
  Must(Release(decision, "linus"));
  EXPECT_TRUE(Must(emergencies_.List())[0].own_work);
  EXPECT_EQ(Review(decision, "linus").error().reason, Reason::Denied);
  EXPECT_TRUE(Review(decision, "grace"));
}

TEST_P(EmergencyTest, ItStandsInForApprovalsAndForNothingElse) {
  Configure("limited", std::string(kRule) + "\n  valid_days: 14");
  EXPECT_EQ(Release(Propose("ada", false), "grace").error().reason, Reason::Denied) << "a failed gate";
  const auto old = Propose();
  office_.ledger.clock().Advance(15 * kDay);
  EXPECT_EQ(Release(old, "grace").error().reason, Reason::Denied) << "measured long ago";
  const auto decision = Propose();
  const std::string reason = "down";
  EXPECT_EQ(office_.decisions.Release(decision.id, reason, office_.Sign("grace", ApprovalStatement(decision)))
                .error()
                .reason,
            Reason::Denied);
  EXPECT_EQ(office_.decisions
                .Release(decision.id, "other", office_.Sign("grace", EmergencyStatement(decision, reason)))
                .error()
                .reason,
            Reason::Denied);
  EXPECT_EQ(Release(decision, "grace", " ").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Release(decision, "vera").error().reason, Reason::Denied) << "a validator";
  EXPECT_EQ(Release(decision, "mallory").error().reason, Reason::Denied);
  EXPECT_EQ(Must(office_.decisions.Find(decision.id)).state, State::Open);
  EXPECT_EQ(office_.Events("governance.attempt_refused").back().event.body.Text("attempt"), "release");
  Must(Release(decision, "grace"));
  auto changed = decision;
  changed.seen.Set("manifest", "other");
  EXPECT_EQ(Redeem(changed).error().reason, Reason::Denied) << "the digests hold";
}

TEST_P(EmergencyTest, WithoutAConfigurationThatLetsSomebodyNobodyMay) {
  Configure("limited", "human");
  const auto refused = Release(Propose(), "grace");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("gates.emergency"), std::string::npos);
}

TEST_P(EmergencyTest, NothingUnacceptableGoesLiveInAnEmergency) {
  Configure("unacceptable");
  EXPECT_EQ(Release(Propose(), "grace").error().reason, Reason::Denied);
}

TEST_P(EmergencyTest, ARowSetByAnotherHandReleasesNothing) {
  Configure("limited");
  const auto decision = Propose();
  office_.ledger.Run("UPDATE decision SET state = 'approved', authority = 'emergency' WHERE id = $1",
                     {decision.id});
  EXPECT_EQ(Redeem(decision).error().reason, Reason::Corrupt);
  const auto other = Propose();
  Must(Release(other, "grace"));
  office_.ledger.Run("UPDATE approval SET public_key = $2, signature = $3 WHERE decision = $1",
                     {other.id, office_.Key("mallory").PublicKey(),
                      office_.Sign("mallory", EmergencyStatement(other, "production is down")).value});
  EXPECT_EQ(Redeem(other).error().reason, Reason::Denied);
}

TEST_P(EmergencyTest, ItsReviewIsDueAndMadeBySomebodyElse) {
  Configure();
  const auto decision = Propose();
  Must(Release(decision, "grace"));
  auto list = Must(emergencies_.List());
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].due, Now() + 3 * kDay);
  EXPECT_FALSE(list[0].IsOverdue(Now()));
  ASSERT_EQ(UnreviewedOf(list, Now()).size(), 1u);
  office_.ledger.clock().Advance(3 * kDay);
  EXPECT_TRUE(list[0].IsOverdue(Now()));
  EXPECT_EQ(ToJson(list[0], Now()).Text("state"), "overdue");
  EXPECT_NE(UnreviewedOf(list, Now())[0].find("overdue since"), std::string::npos);
  EXPECT_EQ(Review(decision, "grace").error().reason, Reason::Denied) << "she released it";
  EXPECT_EQ(Review(decision, "ada").error().reason, Reason::Denied) << "a developer, who made it";
  EXPECT_EQ(Review(decision, "mallory").error().reason, Reason::Denied);
  EXPECT_EQ(emergencies_.Review(decision.id, true, " ", office_.Sign("vera", "")).error().reason,
            Reason::InvalidArgument);
  EXPECT_EQ(emergencies_
                .Review(decision.id, true, "logs read",
                        office_.Sign("vera", ReviewStatement(decision.id, false, "logs read")))
                .error()
                .reason,
            Reason::Denied)
      << "signed that it was not";
  const auto reviewed = Must(Review(decision, "vera", false));
  EXPECT_EQ(reviewed.reviewer, "vera");
  EXPECT_EQ(Review(decision, "linus").error().reason, Reason::AlreadyExists);
  list = Must(emergencies_.List());
  EXPECT_TRUE(UnreviewedOf(list, Now()).empty());
  EXPECT_NE(ToJson(list[0], Now()).Text("sentence").find("NOT justified"), std::string::npos);
  const auto events = office_.Events("governance.emergency_reviewed");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(crypto::Verify(events[0].event.body.Text("key"),
                             ReviewStatement(decision.id, false, "logs read"),
                             events[0].event.body.Text("signature")));
  EXPECT_EQ(Review(Propose(), "vera").error().reason, Reason::NotFound);
}

TEST_P(EmergencyTest, TheRuleIsReadWithPlaceAndOnlyASignatureChangesIt) {
  const auto refused = [&](const std::string& rule) {
    const auto outcome = office_.Accept(office_.Text("human\n  emergency: " + rule));
    EXPECT_FALSE(outcome) << rule;
    return outcome ? "" : outcome.error().message;
  };
  EXPECT_NE(refused("{roles: [chief]}").find("'chief' is no role"), std::string::npos);
  EXPECT_NE(refused("{review_days: 3}").find("roles"), std::string::npos);
  EXPECT_NE(refused("{roles: [approver], review_days: 91}").find("0 to 90"), std::string::npos);
  EXPECT_NE(refused("{roles: [approver], days: 1}").find("days"), std::string::npos);
  Configure("limited", "human");
  EXPECT_EQ(office_.Accept(office_.Text(kRule)).error().reason, Reason::Denied);
  EXPECT_TRUE(office_.AcceptSigned(office_.Text(kRule)).changed);
}

INSTANTIATE_TEST_SUITE_P(Engines, EmergencyTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::governance

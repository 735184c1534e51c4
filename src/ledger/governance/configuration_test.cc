#include "ledger/governance/configuration.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"

namespace cairn::governance {
namespace {

using testing::Must;
using testing::TestOffice;

class ConfigurationTest : public ::testing::TestWithParam<std::string> {
 protected:
  TestOffice office_{GetParam()};
};

TEST_P(ConfigurationTest, TheFirstIsAcceptedOnTrustAndRecorded) {
  EXPECT_FALSE(Must(office_.configurations.Accepted()));
  const auto accepted = office_.Accept(office_.Text());
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_TRUE(accepted->changed);
  EXPECT_TRUE(accepted->warnings.empty());
  EXPECT_EQ(Must(office_.configurations.Accepted())->text, office_.Text());
  const auto events = office_.Events("governance.configuration_accepted");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.body.Text("digest"), crypto::Sha256Hex(office_.Text()));
  EXPECT_EQ(events[0].event.body.At("changed").items().size(), 4u);
}

TEST_P(ConfigurationTest, OneWithoutAnApproverIsAcceptedWithAWarningAndFollowedOnTrust) {
  EXPECT_EQ(Must(office_.Accept("project: x\n")).warnings.size(), 1u);
  EXPECT_TRUE(office_.Accept(office_.Text()));
  EXPECT_EQ(office_.Accept(office_.Text("policy")).error().reason, Reason::Denied);
}

TEST_P(ConfigurationTest, TheSameTextAgainChangesNothing) {
  Must(office_.Accept(office_.Text()));
  EXPECT_FALSE(Must(office_.Accept(office_.Text())).changed);
  EXPECT_EQ(Must(office_.configurations.History()).size(), 1u);
  EXPECT_EQ(office_.Events("governance.").size(), 1u);
}

TEST_P(ConfigurationTest, AChangeOfWhatIsNotGuardedNeedsNoSignature) {
  Must(office_.Accept(office_.Text()));
  const auto accepted = Must(office_.Accept(office_.Text("human", "limited", "monitors: []\n")));
  EXPECT_EQ(accepted.configuration.changed, std::vector<std::string>{"monitors"});
  EXPECT_EQ(accepted.configuration.signer, "");
}

TEST_P(ConfigurationTest, AChangeOfWhatGatesRestOnNeedsTheSignatureOfAnApproverWhoGoverns) {
  const std::string rest =
      "data:\n  flights: {path: data/flights, key: [id], holdout: 20%, contract: {rows: {min: 9}}}\n"
      "model: {name: delay, dataset: flights}\nserving: {canary: {share: 10%}, fallback: none}\n";
  const auto text = [&](const std::string& risk, const std::string& more) {
    return office_.Text("human", risk, more);
  };
  Must(office_.Accept(text("limited", rest)));
  const auto altered = [&](const std::string& from, const std::string& to) {
    std::string other = rest;
    other.replace(other.find(from), from.size(), to);
    return text("limited", other);
  };
  const std::pair<std::string, std::string> changes[] = {
      {office_.Text("policy", "limited", rest), "gates"},
      {text("minimal", rest), "charter.risk"},
      {text("limited\n  kpis: [{name: x}]", rest), "charter.kpis"},
      {text("limited\n  success: [{metric: f1}]", rest), "charter.success"},
      {text("limited\n  cost: {false_positive: 2}", rest), "charter.cost"},
      {text("limited\n  heuristic: [{otherwise: 1}]", rest), "charter.heuristic"},
      {altered("min: 9", "min: 1"), "data.flights"},
      {altered("holdout: 20%", "holdout: 1%"), "data.flights"},
      {altered("key: [id]", "key: [day]"), "data.flights"},
      {altered("dataset: flights", "dataset: flights, threshold: 0.1"), "model"},
      {altered("name: delay", "name: other"), "model"},
      {altered("share: 10%", "share: 90%"), "serving.canary"},
      {altered("fallback: none", "worker: {code: permit}"), "serving.worker.code"},
      {altered("fallback: none", "worker: {python: /tmp/python}"), "serving.worker.python"},
      {"project: delays\n", "roles, gates, model, charter.risk, serving.canary, data.flights"}};
  for (const auto& [changed, parts] : changes) {
    const auto refused = office_.Accept(changed);
    ASSERT_FALSE(refused) << changed;
    EXPECT_EQ(refused.error().reason, Reason::Denied);
    EXPECT_NE(refused.error().message.find("changes " + parts + ","), std::string::npos)
        << refused.error().message;
    EXPECT_NE(refused.error().message.find("cairn apply --sign NAME"), std::string::npos);
  }
  EXPECT_EQ(Must(office_.configurations.History()).size(), 1u);
  EXPECT_TRUE(office_.Accept(altered("fallback: none", "fallback: heuristic")));
  EXPECT_TRUE(office_.Accept(altered("fallback: none", "worker: {processes: 4}")));
  EXPECT_TRUE(office_.Accept(altered("data:", "data:\n  more: {path: data/more}"))) << "another data set";
  EXPECT_EQ(office_.AcceptSigned(office_.Text("policy")).configuration.signer, "grace");
}

TEST_P(ConfigurationTest, AContractInAFileOfItsOwnIsGuardedLikeOneThatIsWrittenInline) {
  const auto text = [&](const std::string& rule, const std::string& more = "") {
    return office_.Text("human", "limited",
                        "data:\n  flights: {path: data/flights, contract: flights.odcs.yaml}\n" + more +
                            "files:\n  flights.odcs.yaml: \"" + rule + "\"\n");
  };
  Must(office_.Accept(text("rows: 9")));
  const auto refused = office_.Accept(text("rows: 1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("changes files.flights.odcs.yaml,"), std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(office_.Accept(text("rows: 9", "monitors: []\n")));
  EXPECT_TRUE(office_.Accept(text("rows: 9") + "  other.odcs.yaml: \"rows: 1\"\n")) << "a new file";
}

TEST_P(ConfigurationTest, TheFirstMayBeSignedByAnApproverThatItNames) {
  const std::string first = office_.Text("policy"), digest = crypto::Sha256Hex(first);
  const auto statement = AcceptanceStatement(digest, "");
  EXPECT_EQ(office_.Accept(first, office_.Sign("ada", statement)).error().reason, Reason::Denied);
  EXPECT_FALSE(Must(office_.configurations.Accepted()));
  const auto accepted = Must(office_.Accept(first, office_.Sign("grace", statement)));
  EXPECT_EQ(accepted.configuration.signer, "grace");
  EXPECT_TRUE(accepted.warnings.empty());
}

TEST_P(ConfigurationTest, WhatGovernsUnsignedIsConfirmedByASignatureAndSaysSoUntilThen) {
  const std::string text = office_.Text("policy");
  const auto unsigned_one = Must(office_.Accept(text));
  ASSERT_EQ(unsigned_one.warnings.size(), 1u);
  EXPECT_NE(unsigned_one.warnings[0].find("no approver has signed this policy"), std::string::npos);
  const auto confirmed = office_.AcceptSigned(text);
  EXPECT_FALSE(confirmed.changed);
  EXPECT_TRUE(confirmed.confirmed);
  EXPECT_TRUE(confirmed.warnings.empty());
  EXPECT_EQ(Must(office_.configurations.Accepted())->signer, "grace");
  EXPECT_EQ(office_.Events("governance.configuration_accepted").back().event.body.Text("signer"), "grace");
  const auto again = office_.AcceptSigned(text);
  EXPECT_FALSE(again.confirmed);
  EXPECT_EQ(Must(office_.configurations.History()).size(), 2u) << "once is enough";
}

TEST_P(ConfigurationTest, ASignatureOfAnotherPersonOrOverAnotherTextIsRefused) {
  Must(office_.Accept(office_.Text()));
  const std::string governing = crypto::Sha256Hex(office_.Text()), next = office_.Text("policy");
  const std::string digest = crypto::Sha256Hex(next), statement = AcceptanceStatement(digest, governing);
  const auto refused = [&](const Signature& signature) {
    const auto outcome = office_.Accept(next, signature);
    return !outcome && outcome.error().reason == Reason::Denied;
  };
  EXPECT_TRUE(refused(office_.Sign("ada", statement)));
  EXPECT_TRUE(refused(office_.Sign("mallory", statement)));
  EXPECT_TRUE(refused({"grace", office_.Key("linus").Sign(statement)}));
  EXPECT_TRUE(refused(office_.Sign("grace", AcceptanceStatement(governing, governing))));
  EXPECT_TRUE(refused({"grace", ""}));
  EXPECT_FALSE(refused(office_.Sign("linus", statement)));
}

TEST_P(ConfigurationTest, AnOldSignatureCannotBringAnOldConfigurationBack) {
  const std::string first = office_.Text(), second = office_.Text("policy");
  Must(office_.Accept(first));
  const auto signature =
      office_.Sign("grace", AcceptanceStatement(crypto::Sha256Hex(second), crypto::Sha256Hex(first)));
  Must(office_.Accept(second, signature));
  office_.AcceptSigned(office_.Text("human", "high"));
  EXPECT_EQ(office_.Accept(second, signature).error().reason, Reason::Denied);
}

TEST_P(ConfigurationTest, OneWhoLostTheRoleCannotSignAnyMore) {
  Must(office_.Accept(office_.Text()));
  const std::string without = "roles:\n  principals:\n" + office_.Person("linus", "approver");
  office_.AcceptSigned(without);
  const auto statement = AcceptanceStatement(crypto::Sha256Hex(office_.Text()), crypto::Sha256Hex(without));
  EXPECT_EQ(office_.Accept(office_.Text(), office_.Sign("grace", statement)).error().reason, Reason::Denied);
  EXPECT_TRUE(office_.Accept(office_.Text(), office_.Sign("linus", statement)));
}

TEST_P(ConfigurationTest, ADigestThatIsNotTheTextsIsRefused) {
  EXPECT_EQ(office_.configurations.Accept("project: x\n", std::string(64, 'a'), "ada").error().reason,
            Reason::InvalidArgument);
}

TEST_P(ConfigurationTest, ConfigurationsAreFoundByDigest) {
  Must(office_.Accept(office_.Text()));
  Must(office_.Accept(office_.Text() + "serving: {}\n"));
  EXPECT_EQ(Must(office_.configurations.Find(crypto::Sha256Hex(office_.Text()))).text, office_.Text());
  EXPECT_EQ(office_.configurations.Find("x").error().reason, Reason::NotFound);
  EXPECT_EQ(Must(office_.configurations.History())[0].previous, crypto::Sha256Hex(office_.Text()));
}

INSTANTIATE_TEST_SUITE_P(Engines, ConfigurationTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

std::string ErrorOf(const std::string& text) {
  const auto node = ParseYaml(text, "cairn.yaml");
  if (!node) return node.error().message;
  const auto authority = ReadAuthority(*node);
  return authority ? "" : authority.error().message;
}

TEST(Roles, MistakesAreNamedWithPlaceAndNearestWord) {
  const std::string key = crypto::SigningKey::Generate().PublicKey();
  const auto person = [&](const std::string& rest) {
    return "roles:\n  principals:\n    - {name: a, key: \"" + key + "\", " + rest + "}\n";
  };
  EXPECT_EQ(ErrorOf(person("roles: [approver]")), "");
  EXPECT_EQ(ErrorOf(person("roles: [aprover]")).find("cairn.yaml:3:"), 0u);
  EXPECT_NE(ErrorOf(person("roles: [aprover]")).find("Did you mean 'approver'?"), std::string::npos);
  EXPECT_NE(ErrorOf(person("role: [approver]")).find("unknown key 'role'"), std::string::npos);
  EXPECT_NE(ErrorOf("roles:\n  principal: []\n").find("Did you mean 'principals'?"), std::string::npos);
  EXPECT_NE(ErrorOf("roles:\n  principals:\n    - {name: a, key: abc, roles: []}\n").find("cairn id new a"),
            std::string::npos);
  EXPECT_NE(ErrorOf("gates:\n  approval: polcy\n").find("Did you mean 'policy'?"), std::string::npos);
  EXPECT_NE(ErrorOf("charter:\n  risk: hihg\n").find("Did you mean 'high'?"), std::string::npos);
}

TEST(Roles, OnePersonCannotBeTwo) {
  const std::string key = crypto::SigningKey::Generate().PublicKey();
  const auto person = [&](const std::string& name) {
    return "    - {name: " + name + ", key: \"" + key + "\", roles: [approver]}\n";
  };
  EXPECT_NE(ErrorOf("roles:\n  principals:\n" + person("a") + person("b")).find("same key"),
            std::string::npos);
}

}  // namespace
}  // namespace cairn::governance

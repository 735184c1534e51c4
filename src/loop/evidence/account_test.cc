#include "loop/evidence/account.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"

namespace cairn::evidence {
namespace {

using governance::testing::TestOffice;
using metadata::testing::Must;

class AccountTest : public ::testing::TestWithParam<std::string> {
 protected:
  void Tell(std::string kind, std::string subject, std::string actor, Json body, std::string cause = "") {
    office_.ledger.clock().Advance(1000);
    office_.ledger.Append(
        {std::move(kind), std::move(subject), std::move(actor), std::move(cause), std::move(body)});
  }
  std::vector<std::string> Kinds(const std::string& thing) {
    std::vector<std::string> kinds;
    for (const auto& event : Must(AccountOf(log_, thing))) kinds.push_back(event.event.kind);
    return kinds;
  }

  TestOffice office_{GetParam()};
  metadata::Log log_{office_.ledger.database()};
};

TEST_P(AccountTest, AMoveOfProductionRestsOnDecisionRunAndAlert) {
  office_.AcceptSigned(office_.Text());
  Tell("monitoring.alert_raised", "alert:a", "system", Json{{"alert", "a"}}, "a");
  Tell("pipeline.run_started", "pipeline_run:7", "system", Json{{"run", "7"}}, "a");
  Tell("registry.version_added", "model:m/2", "ada",
       Json{{"model", "m"}, {"version", "2"}, {"pipeline_run", "7"}});
  Tell("registry.version_added", "model:m/3", "ada", Json{{"model", "m"}, {"version", "3"}});
  Tell("governance.decision_proposed", "decision:d", "ada",
       Json{{"decision", "d"}, {"rules", Json::Array({Json{{"name", "fast"}, {"passed", true}}})}});
  Tell("governance.decision_approved", "decision:d", "grace",
       Json{{"decision", "d"}, {"principal", "grace"}, {"signature", "c2ln"}});
  Tell("registry.alias_moved", "model:m", "grace",
       Json{{"model", "m"}, {"alias", "production"}, {"version", "2"}, {"decision", "d"}});
  Tell("registry.alias_moved", "model:other", "eve",
       Json{{"model", "other"}, {"alias", "production"}, {"version", "2"}, {"decision", "e"}});
  office_.ledger.Seal();

  const std::vector<std::string> expected{"monitoring.alert_raised",      "pipeline.run_started",
                                          "registry.version_added",       "governance.decision_proposed",
                                          "governance.decision_approved", "registry.alias_moved"};
  EXPECT_EQ(Kinds("alias:m@production"), expected);
  EXPECT_EQ(Kinds("model:m/2"), expected);
  const auto account = Must(AccountOf(log_, "model:m/2"));
  const Json told = Must(ToJson("model:m/2", account, office_.configurations));
  EXPECT_EQ(told.At("rules").items().size(), 1u);
  std::vector<std::string> people;
  for (const Json& one : told.At("people").items()) people.push_back(one.Text("name"));
  EXPECT_EQ(people, (std::vector<std::string>{"ada", "grace", "system"}));
  const Json& grace = told.At("people").items()[1];
  EXPECT_TRUE(grace.Bool("signed"));
  EXPECT_EQ(grace.At("roles").items().front(), Json("approver"));
  EXPECT_FALSE(told.At("people").items()[0].Bool("signed")) << "a name alone";
}

TEST_P(AccountTest, WhatBecameOfAVersionIsToldHoweverOftenItsModelsAliasesMovedBefore) {
  const auto move = [&](const std::string& alias, const std::string& version) {
    Tell("registry.alias_moved", "model:m", "ada",
         Json{{"model", "m"}, {"alias", alias}, {"version", version}, {"decision", ""}});
  };
  Tell("registry.version_added", "model:m/1", "ada", Json{{"model", "m"}, {"version", "1"}});
  for (int i = 0; i < 600; ++i) move("latest", "1");
  Tell("registry.version_added", "model:m/2", "ada", Json{{"model", "m"}, {"version", "2"}});
  move("production", "2");
  for (int i = 0; i < 20; ++i) move("latest", "2");
  const auto kinds = Kinds("alias:m@production");
  EXPECT_EQ(kinds.size(), 22u) << "its making, and all moves to it";
  EXPECT_EQ(kinds.front(), "registry.version_added");
  EXPECT_EQ(Kinds("model:m/1").size(), 501u) << "of a story without end its beginning";
}

TEST_P(AccountTest, WhatNoEventIsAboutIsNotFound) {
  EXPECT_EQ(AccountOf(log_, "model:none/1").error().reason, Reason::NotFound);
  EXPECT_EQ(AccountOf(log_, "alias:none@production").error().reason, Reason::NotFound);
}

INSTANTIATE_TEST_SUITE_P(Engines, AccountTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::evidence

#include "loop/evidence/state.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"

namespace cairn::evidence {
namespace {

using governance::testing::TestOffice;
using metadata::testing::Must;

class StateTest : public ::testing::TestWithParam<std::string> {
 protected:
  TimeMs Tell(std::string kind, std::string subject, Json body) {
    office_.ledger.clock().Advance(1000);
    office_.ledger.Append({std::move(kind), std::move(subject), "ada", "", std::move(body)});
    return office_.ledger.clock().Now();
  }
  State At(TimeMs at) { return Must(StateAt(office_.ledger.database(), office_.configurations, at)); }
  static std::string Value(const State& state, const std::string& kind, const std::string& name) {
    const auto found = state.find({kind, name});
    return found == state.end() ? "" : found->second.value;
  }

  TestOffice office_{GetParam()};
};

TEST_P(StateTest, EachMomentHasItsOwnPolicyRolesModelsPointersAndData) {
  const TimeMs before = office_.ledger.clock().Now();
  office_.ledger.clock().Advance(1000);
  office_.AcceptSigned(office_.Text("human", "limited", "  rules: [{name: fast, latency_p99_ms: 5}]\n"));
  const TimeMs accepted =
      Tell("data.version_added", "dataset:d@1", Json{{"dataset", "d"}, {"version", 1}, {"digest", "aa"}});
  Tell("registry.version_added", "model:m/1", Json{{"model", "m"}, {"version", "1"}});
  Tell("registry.version_added", "model:m/2", Json{{"model", "m"}, {"version", "2"}});
  const TimeMs first =
      Tell("registry.alias_moved", "model:m",
           Json{{"model", "m"}, {"alias", "production"}, {"version", "1"}, {"previous", ""}});
  Tell("governance.hold_placed", "model:m", Json::Object());
  office_.AcceptSigned(office_.Text("human", "high", "  rules: [{name: fast, latency_p99_ms: 4}]\n"));
  const TimeMs second =
      Tell("registry.alias_moved", "model:m",
           Json{{"model", "m"}, {"alias", "production"}, {"version", "2"}, {"previous", "1"}});
  const TimeMs gone = Tell("registry.alias_moved", "model:m",
                           Json{{"model", "m"}, {"alias", "production"}, {"version", ""}, {"previous", "2"}});

  EXPECT_TRUE(At(before).empty());
  EXPECT_EQ(Value(At(accepted), "dataset", "d"), "version 1, digest aa");
  EXPECT_EQ(Value(At(accepted), "risk", "class"), "limited");
  EXPECT_TRUE(Value(At(accepted), "policy", "cairn.yaml").ends_with("signed by grace"));
  EXPECT_TRUE(Value(At(accepted), "principal", "linus").starts_with("approver, developer; key "));
  EXPECT_EQ(Value(At(accepted), "model", "m"), "");
  EXPECT_EQ(Value(At(first), "pointer", "m@production"), "1");
  EXPECT_EQ(Value(At(first), "model", "m"), "version 1, 2");
  EXPECT_EQ(Value(At(first), "hold", "model:m"), "");
  EXPECT_EQ(Value(At(second), "pointer", "m@production"), "2");
  EXPECT_EQ(Value(At(second), "hold", "model:m"), "held");
  EXPECT_EQ(Value(At(second), "risk", "class"), "high");
  EXPECT_EQ(Value(At(gone), "pointer", "m@production"), "");

  const Json differs = Difference(At(first), At(second));
  std::vector<std::string> about;
  for (const Json& one : differs.items()) about.push_back(one.Text("kind") + " " + one.Text("name"));
  EXPECT_EQ(about, (std::vector<std::string>{"gate fast", "hold model:m", "pointer m@production",
                                             "policy cairn.yaml", "risk class", "section charter",
                                             "section gates"}));
  EXPECT_EQ(differs.items()[2].Text("before"), "1");
  EXPECT_EQ(differs.items()[2].Text("after"), "2");
  const Json loss = Difference(At(second), At(gone));
  const Json& lost = loss.items().front();
  EXPECT_EQ(lost.Text("after"), "");
  EXPECT_TRUE(lost.At("event").IsNull());
  EXPECT_TRUE(Difference(At(gone), At(gone)).items().empty());
}

TEST_P(StateTest, AModelsVersionsAreThoseThatWereThereUnderTheNameThatItHad) {
  const auto version = [&](const std::string& kind, const std::string& model, const std::string& number) {
    return Tell("registry.version_" + kind, "model:" + model + "/" + number,
                Json{{"model", model}, {"version", number}});
  };
  version("added", "m", "1");
  version("added", "m", "2");
  const TimeMs ten = version("added", "m", "10");
  const TimeMs less = version("deleted", "m", "2");
  const TimeMs renamed = Tell("registry.model_renamed", "model:n", Json{{"model", "n"}, {"previous", "m"}});
  const TimeMs one = version("deleted", "n", "1");
  version("deleted", "n", "10");
  const TimeMs gone = Tell("registry.model_deleted", "model:n", Json{{"model", "n"}});
  EXPECT_EQ(Value(At(ten), "model", "m"), "version 1, 2, 10");
  EXPECT_EQ(Value(At(less), "model", "m"), "version 1, 10");
  EXPECT_EQ(At(less).at({"model", "m"}).since, less);
  EXPECT_EQ(Value(At(renamed), "model", "n"), "version 1, 10");
  EXPECT_EQ(Value(At(renamed), "model", "m"), "");
  EXPECT_EQ(Value(At(one), "model", "n"), "version 10");
  EXPECT_EQ(Value(At(gone - 1), "model", "n"), "no version");
  EXPECT_EQ(Value(At(gone), "model", "n"), "");
}

TEST_P(StateTest, ALentRoleIsOneWhileItIsInForce) {
  const TimeMs given = Tell("governance.delegation_given", "delegation:x",
                            Json{{"delegation", "x"},
                                 {"from", "grace"},
                                 {"to", "vera"},
                                 {"role", "approver"},
                                 {"begins", office_.ledger.clock().Now()},
                                 {"ends", office_.ledger.clock().Now() + 10'000}});
  EXPECT_TRUE(Value(At(given), "delegation", "x").starts_with("grace lends approver to vera until "));
  EXPECT_EQ(Value(At(given + 20'000), "delegation", "x"), "") << "it is over";
  const TimeMs withdrawn = Tell("governance.delegation_withdrawn", "delegation:x", Json{{"delegation", "x"}});
  EXPECT_EQ(Value(At(withdrawn), "delegation", "x"), "");
}

INSTANTIATE_TEST_SUITE_P(Engines, StateTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::evidence

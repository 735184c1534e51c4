#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "loop/data/synthetic.h"
#include "loop/rollout/testing/rollout_test_base.h"

namespace cairn::rollout {
namespace {

using governance::State;
using registry::testing::Must;
using testing::kData;
using testing::RolloutTest;

TEST_P(RolloutTest, AnApprovedFirstVersionIsPromotedAtOnceUnderOneCause) {
  Accept();
  AddFlights("a.csv");
  const auto waiting = Consider(Knowing(), "alert-7");
  ASSERT_EQ(waiting.stage, Stage::AwaitingApproval) << waiting.reason;
  EXPECT_EQ(Production(), 0);
  const auto promoted = Must(Approve(waiting));
  EXPECT_EQ(promoted.stage, Stage::Promoted);
  EXPECT_EQ(Production(), 1);
  EXPECT_EQ(service->state().version, 1) << service->state().problem;
  EXPECT_EQ(Kinds(), (std::vector<std::string>{"rollout.considered", "rollout.examined",
                                               "rollout.gates_judged", "rollout.promoted"}));
  for (const std::string kind : {"rollout.", "data.seal_opened", "governance.decision_proposed",
                                 "governance.decision_redeemed", "registry.alias_moved"}) {
    const auto events = store.Events(kind);
    EXPECT_FALSE(events.empty()) << kind;
    for (const auto& event : events) EXPECT_EQ(event.event.cause, "alert-7") << event.event.kind;
  }
  const auto opened = store.Events("data.seal_opened");
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(opened[0].event.body.Text("by"), "ci");
  EXPECT_EQ(opened[0].event.body.Text("purpose"), "gates of delay version 1");
}

TEST_P(RolloutTest, TheReportHoldsTheCandidateBesideTheHeuristicWithTheDigests) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  const Json report = Must(rollouts->Find(rollout.id)).report;
  ASSERT_EQ(report.At("contestants").items().size(), 2u);
  EXPECT_EQ(report.At("contestants").items()[0].Text("name"), "candidate");
  EXPECT_EQ(report.At("contestants").items()[1].Text("name"), "heuristic");
  EXPECT_EQ(report.Int("seal_openings"), 1);
  const auto dataset = Must(catalogue.Find("flights"));
  EXPECT_EQ(report.Int("rows"), dataset.sealed_rows);
  const auto seen = Must(office.decisions.Find(rollout.decision)).seen;
  EXPECT_EQ(seen.Text("dataset"), dataset.digest);
  EXPECT_EQ(seen.Text("seal"), dataset.seal_digest);
  EXPECT_EQ(seen.Text("manifest"), Must(store.registry.Find("delay", 1)).manifest);
  EXPECT_EQ(seen.Text("configuration"), Must(office.configurations.Accepted())->digest);
  EXPECT_EQ(seen.Text("report").size(), 64u);
}

TEST_P(RolloutTest, AMetricThatAScriptLoggedNeverSatisfiesAGate) {
  Accept();
  AddFlights("a.csv");
  const auto run = Must(store.tracking->runs.Create({0, "", "ada", 1, {}}));
  tracking::Metric boast;
  boast.key = "log_loss";
  boast.value = 0.0001;
  ASSERT_TRUE(store.tracking->runs.Log(run.info.id, {{boast}, {}, {}}));
  const auto version = Guessing(run.info.id);
  ASSERT_TRUE(store.registry.SetVersionTag("delay", version, {"log_loss", "0.0001"}));
  const auto rollout = Consider(version);
  EXPECT_EQ(rollout.stage, Stage::KeptOut);
  EXPECT_NE(rollout.reason.find("better than the heuristic"), std::string::npos) << rollout.reason;
  EXPECT_EQ(DecisionOf(rollout), State::Rejected);
  EXPECT_FALSE(Approve(rollout));
  EXPECT_FALSE(rollouts->Promote(rollout.id, "ada"));
  EXPECT_EQ(Production(), 0);
  const auto judged = store.Events("rollout.gates_judged");
  ASSERT_EQ(judged.size(), 1u);
  EXPECT_FALSE(judged[0].event.body.Bool("passed", true));
  EXPECT_EQ(judged[0].event.body.At("failed").items()[0].AsString(), "better than the heuristic");
}

TEST_P(RolloutTest, TestRowsThatWereMadeUpLetNothingThrough) {
  Accept();
  AddFlights("a.csv");
  const auto specification = Must(data::FindSpecification(Must(ParseYaml(kData, "cairn.yaml")), "flights"));
  const std::string text = Must(os::ReadFile(folder / "a.csv")), file = folder / "made.csv";
  const std::string head = text.substr(0, text.find('\n') + 1),
                    rest = text.substr(text.rfind('\n', text.size() - 2) + 1);
  Must(os::WriteFileAtomically(file, head + "9" + rest));
  Must(data::KeepSyntheticNote(file, {crypto::Sha256Hex(head + "9" + rest), std::string(64, 'a'), "", 1, 1}));
  Must(catalogue.Add(specification, {file, "ada", "", "", data::Addition::Broken::Refuse}));
  const auto rollout = Consider(Knowing());
  EXPECT_EQ(rollout.stage, Stage::KeptOut);
  EXPECT_NE(rollout.reason.find("real test rows"), std::string::npos) << rollout.reason;
}

TEST_P(RolloutTest, WhatCannotBeServedHereIsKeptOutWithoutOpeningTheSeal) {
  Accept();
  AddFlights("a.csv");
  const auto rollout =
      Consider(RegisterFolder("flavors:\n  sklearn: {pickled_model: model.pkl}\n", "", "pickle"));
  EXPECT_EQ(rollout.stage, Stage::KeptOut);
  EXPECT_NE(rollout.reason.find("servable here"), std::string::npos) << rollout.reason;
  EXPECT_TRUE(store.Events("data.seal_opened").empty());
}

TEST_P(RolloutTest, ANewerCandidateThatPassesTakesThePlaceOfTheOneThatWaits) {
  Accept();
  AddFlights("a.csv");
  const auto older = Consider(Knowing("first"));
  ASSERT_EQ(Consider(Guessing()).stage, Stage::KeptOut);
  EXPECT_EQ(StageOf(older), Stage::AwaitingApproval) << "one that failed takes nobody's place";
  const auto newer = Consider(Knowing("third"));
  EXPECT_EQ(newer.stage, Stage::AwaitingApproval);
  EXPECT_EQ(StageOf(older), Stage::KeptOut);
  EXPECT_NE(Must(rollouts->Find(older.id)).reason.find("superseded by version 3"), std::string::npos);
  EXPECT_EQ(DecisionOf(older), State::Void);
  EXPECT_EQ(Must(rollouts->Find("")).id, newer.id);
}

TEST_P(RolloutTest, RefusesWhatNoConfigurationBindsAndWhatIsNotFeasible) {
  Knowing();
  EXPECT_EQ(rollouts->Consider("delay", 1, "ci", "").error().reason, Reason::Conflict)
      << "nothing is accepted";
  Accept();
  EXPECT_EQ(rollouts->Consider("delay", 1, "ci", "").error().reason, Reason::NotFound) << "there is no data";
  AddFlights("a.csv");
  EXPECT_EQ(rollouts->Consider("other", 1, "ci", "").error().reason, Reason::Denied);
  EXPECT_EQ(rollouts->Consider("delay", 9, "ci", "").error().reason, Reason::NotFound);
  charter::Verdict no_go;
  no_go.dataset = "flights";
  no_go.reason = "no signal";
  Must(feasibility.Record(no_go, "ada"));
  EXPECT_EQ(rollouts->Consider("delay", 1, "ci", "").error().reason, Reason::Denied);
  EXPECT_TRUE(Must(rollouts->List()).empty()) << "what is refused leaves no record";
}

TEST_P(RolloutTest, ARunOffersTheNewestVersionThatItMadeOnce) {
  Accept();
  AddFlights("a.csv");
  MadeBy("run-1", "ada", "first");
  const auto second = MadeBy("run-1", "ada", "second");
  MadeBy("run-9", "ada", "another run's");
  const auto rollout = Must(rollouts->Offer({{"run-1"}, "alert-1", "system"})).rollout;
  ASSERT_TRUE(rollout);
  EXPECT_EQ(rollout->version, second);
  EXPECT_EQ(rollout->cause, "alert-1");
  EXPECT_FALSE(Must(rollouts->Offer({{"run-1"}, "alert-1", "system"})).rollout) << "it was told of before";
  Start();
  EXPECT_FALSE(Must(rollouts->Offer({{"run-1"}, "alert-1", "system"})).rollout) << "by another program too";
  EXPECT_EQ(Must(rollouts->List("delay")).size(), 1u);
}

TEST_P(RolloutTest, ARunThatEndedADeadOnesWorkOffersWhatThatOneMade) {
  Accept();
  AddFlights("a.csv");
  const auto version = MadeBy("dead", "system");
  EXPECT_FALSE(Must(rollouts->Offer({{"run-2"}, "alert-1", "system"})).rollout);
  const auto rollout = Must(rollouts->Offer({{"run-2", "dead"}, "alert-1", "system"})).rollout;
  ASSERT_TRUE(rollout);
  EXPECT_EQ(rollout->version, version);
}

TEST_P(RolloutTest, WhatCannotBeOfferedForGoodSaysWhyAndIsNoError) {
  const auto version = MadeBy("run-1", "ada");
  EXPECT_EQ(version, 1);
  Accept();
  const auto offered = Must(rollouts->Offer({{"run-1"}, "run-1", "ada"}));
  EXPECT_FALSE(offered.rollout);
  EXPECT_NE(offered.why_not.find("cairn data add"), std::string::npos) << offered.why_not;
  store.Bind("");
  EXPECT_EQ(Must(rollouts->Offer({{"run-1"}, "run-1", "ada"})).why_not, "") << "nothing is bound";
}

TEST_P(RolloutTest, AChangedContractIsCheckedAgainOnEveryFile) {
  Accept();
  AddFlights("a.csv");
  EXPECT_EQ(Consider(Knowing("first")).stage, Stage::AwaitingApproval);
  const auto with = [&](const std::string& hour) {
    std::string text = Written();
    text.replace(text.find("hour: {type: integer}"), 21, "hour: {type: integer" + hour + "}");
    return text;
  };
  Take(with(", max: 20"));
  const auto refused = Consider(Knowing("second"));
  EXPECT_EQ(refused.stage, Stage::KeptOut);
  EXPECT_NE(refused.reason.find("'contract': 'a.csv' breaks the contract that governs now: hour: max"),
            std::string::npos)
      << refused.reason;
  Take(with(", max: 23"));
  const auto kept = Consider(Knowing("third"));
  EXPECT_EQ(kept.stage, Stage::AwaitingApproval) << kept.reason;
  const auto rules = Must(office.decisions.Find(kept.decision)).rules;
  EXPECT_NE(rules.back().detail.find("checked again"), std::string::npos) << rules.back().detail;
  EXPECT_EQ(office.ledger.Run("SELECT passed FROM contract_verdict ORDER BY passed").size(), 2u)
      << "once for each contract";
  Take(with(", max: 20"));
  EXPECT_EQ(Consider(Knowing("fourth")).stage, Stage::KeptOut) << "also as it was found before";
  EXPECT_EQ(office.ledger.Run("SELECT passed FROM contract_verdict").size(), 2u);
}

TEST_P(RolloutTest, AnotherAliasCanBeTheGuardedOne) {
  store.guard.alias = "champion";
  std::string text = Written();
  text.replace(text.find("{name: delay,"), 13, "{name: delay, alias: champion,");
  Take(text);
  AddFlights("a.csv");
  Must(store.registry.SetAlias("delay", "production", Knowing("any"), "ada"));
  const auto first = InProduction(Knowing("first"));
  EXPECT_EQ(Must(store.registry.FindByAlias("delay", "champion")).version, first.version);
  EXPECT_EQ(Must(store.registry.FindByAlias("delay", "production")).version, 1) << "an alias like any other";
  EXPECT_EQ(service->state().version, first.version);
  const auto second = Must(rollouts->Promote(Must(Approve(Consider(Knowing("second")))).id, "ada"));
  EXPECT_EQ(second.previous, first.version);
  EXPECT_EQ(Must(rollouts->RollBack("delay", "late calls", "ada")).stage, Stage::RolledBack);
  EXPECT_EQ(Must(store.registry.FindByAlias("delay", "champion")).version, first.version);
}

TEST_P(RolloutTest, WhereEachRolloutStandsFollowsFromTheEvents) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  Consider(Guessing());
  Must(rollouts->Promote(Must(Approve(Consider(Knowing("third")))).id, "ada"));
  Must(rollouts->RollBack("delay", "bad", "ada"));
  const auto canary = Must(Approve(Consider(Knowing("fourth"))));
  ASSERT_EQ(canary.stage, Stage::Canary);
  const std::vector<metadata::DerivedTable> tables{rollouts->Table()};
  const Json same = Must(metadata::Rebuild(tables));
  EXPECT_TRUE(same.Bool("equal")) << same.DumpPretty();
  EXPECT_EQ(same.At("tables").items()[0].Int("rows"), 4);
  for (const std::string change :
       {"UPDATE rollout SET stage = 'promoted' WHERE stage = 'kept_out'",
        "UPDATE rollout SET report = '{}' WHERE version = 1", "DELETE FROM rollout WHERE version = 1"}) {
    office.ledger.Run(change);
    EXPECT_FALSE(Must(metadata::Rebuild(tables)).Bool("equal")) << change;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, RolloutTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::rollout

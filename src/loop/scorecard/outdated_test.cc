#include "loop/scorecard/outdated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "loop/scorecard/outdated/gate_changes.h"
#include "loop/scorecard/outdated/stage_changes.h"

namespace cairn::scorecard {
namespace {

using pipeline::Cause;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kBefore = R"(project: flights
charter:
  problem: Passengers learn of a delay too late
  objective: Say it early
  prediction: {entity: one flight, outcome: late, wait: 1d}
  kpis:
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.5, owner: Ada, due: 2030-01-01}
    - {name: quick, kind: business, source: serving.latency_p99_ms, comparator: "<=", target: 20, owner: Ada, due: 2030-01-01}
    - {name: cheap, kind: economic, source: evaluation.cost_per_1000, comparator: "<=", target: 700, owner: Ada, due: 2030-01-01}
  success:
    - {metric: roc_auc, comparator: ">=", target: 0.62}
  cost: {false_positive: 1, false_negative: 3, unit: EUR}
  heuristic:
    - {otherwise: 0.15}
data:
  flights:
    path: data/flights
    target: late
    contract: {columns: {hour: {type: integer}, late: {type: integer, serving: false}}}
model: {name: delay, dataset: flights, slices: [hour]}
gates:
  rules:
    - {name: better, metric: log_loss, against: heuristic}
    - {name: ranks, metric: roc_auc, min: 0.65}
    - {name: balanced, metric: balanced_accuracy, min: 0.6}
    - {name: slices, metric: roc_auc, slice: worst, min: 0.5}
    - {name: contract, contract: passed}
    - {name: quick, latency_p99_ms: 5}
    - {name: cheap, kpi: cheap}
)";

/// "rule: phrases" of the gates that differ once `from` has become `to`.
std::vector<std::string> After(const std::string& from, const std::string& to) {
  std::string text = kBefore;
  EXPECT_NE(text.find(from), std::string::npos) << from;
  text.replace(text.find(from), from.size(), to);
  const Node before = *ParseYaml(kBefore, "cairn.yaml"), after = *ParseYaml(text, "cairn.yaml");
  const auto changes = GateChangesBetween(before, after);
  if (!changes) return {changes.error().message};
  std::vector<std::string> lines;
  for (const auto& change : *changes) {
    if (!change.Any()) continue;
    std::string line = change.rule + (change.is_new ? ": new" : ":");
    for (const auto& phrase : change.itself) line += " " + phrase + ";";
    for (const auto& phrase : change.charter) line += " charter: " + phrase + ";";
    lines.push_back(line);
  }
  return lines;
}

TEST(GateChangesTest, WhatOnlyConcernsPeopleReachesNoGate) {
  EXPECT_THAT(After("problem: Passengers learn of a delay too late", "problem: Nobody is told"), IsEmpty());
  EXPECT_THAT(After("target: 20, owner: Ada", "target: 20, owner: Ben"), IsEmpty());
  EXPECT_THAT(After("wait: 1d", "wait: 2d"), IsEmpty());
}

TEST(GateChangesTest, AChangeReachesTheGatesThatAreMadeFromItAndNoOthers) {
  EXPECT_THAT(After("target: 0.5,", "target: 0.4,"),
              ElementsAre("better: charter: the target of the KPI 'honest risk' was 0.5, is 0.4;"));
  EXPECT_THAT(After("target: 20,", "target: 10,"),
              ElementsAre("quick: charter: the target of the KPI 'quick' was 20, is 10;"));
  EXPECT_THAT(After("target: 700", "target: 650"),
              ElementsAre("cheap: charter: the target of the KPI 'cheap' was 700, is 650;"));
  EXPECT_THAT(After("target: 0.62", "target: 0.7"),
              ElementsAre("ranks: charter: the target of success by roc_auc was 0.62, is 0.7;",
                          "slices: charter: the target of success by roc_auc was 0.62, is 0.7;"));
  EXPECT_THAT(After("otherwise: 0.15", "otherwise: 0.2"),
              ElementsAre("better: charter: the heuristic has changed;"));
  EXPECT_THAT(After("false_negative: 3", "false_negative: 5"),
              ElementsAre("balanced: charter: false_negative of the cost of errors was 3, is 5;",
                          "cheap: charter: false_negative of the cost of errors was 3, is 5;"));
  EXPECT_EQ(After("objective: Say it early", "objective: Say it before boarding").size(), 7U);
  EXPECT_EQ(After("outcome: late", "outcome: early").size(), 7U);
}

TEST(GateChangesTest, WhatARuleSaysAndWhatTheModelSaysCountToo) {
  EXPECT_THAT(After("min: 0.65", "min: 0.7"), ElementsAre("ranks: min was 0.65, is 0.7;"));
  EXPECT_THAT(After("min: 0.65", "max: 0.9"), ElementsAre("ranks: min was 0.65 is gone; max is 0.9 now;"));
  EXPECT_THAT(After("{name: ranks,", "{name: ranks well,"), ElementsAre("ranks well: new"));
  EXPECT_THAT(After("slices: [hour]", "slices: [hour, late]"),
              ElementsAre("slices: model.slices has changed;"));
  EXPECT_THAT(After("slices: [hour]", "slices: [hour], threshold: 0.3"),
              ElementsAre("balanced: model.threshold is 0.3 now;", "cheap: model.threshold is 0.3 now;"));
  EXPECT_THAT(After("hour: {type: integer}", "hour: {type: integer, max: 23}"),
              ElementsAre("contract: the contract is another;"));
}

TEST(GateChangesTest, CostsDoNotReachWhatDecidesAtAThresholdOfItsOwn) {
  std::string text = kBefore;
  text.replace(text.find("slices: [hour]"), 14, "slices: [hour], threshold: 0.3");
  const Node before = *ParseYaml(text, "cairn.yaml");
  text.replace(text.find("false_negative: 3"), 17, "false_negative: 5");
  const auto changes = GateChangesBetween(before, *ParseYaml(text, "cairn.yaml"));
  ASSERT_TRUE(changes) << changes.error().message;
  std::vector<std::string> rules;
  for (const auto& change : *changes)
    if (change.Any()) rules.push_back(change.rule);
  EXPECT_THAT(rules, ElementsAre("cheap"));
}

TEST(StageChangesTest, FollowsTheStagesBeforeItAndTakesNothingForAChangeThatIsNone) {
  using Level = Cause::Level;
  const std::map<std::string, std::vector<Cause>, std::less<>> stale{
      {"clean",
       {{Level::Code, "clean.py", "clean.py changed"}, {Level::Output, "clean.csv", "clean.csv is missing"}}},
      {"train",
       {{Level::Upstream, "clean", "stage 'clean' runs before it"}, {Level::Params, "lr", "lr changed"}}},
      {"plot", {{Level::Code, "plot.py", "plot.py changed"}}},
      {"forced",
       {{Level::Forced, "forced", "it was asked for by force"}, {Level::Never, "", "it has not run yet"}}}};
  const auto behind = [&](const std::string& stage) {
    std::vector<std::string> sentences;
    for (const auto& cause : ChangesBehind(stage, [&](std::string_view name) {
           const auto found = stale.find(name);
           return found == stale.end() ? nullptr : &found->second;
         }))
      sentences.push_back(cause.sentence);
    return sentences;
  };
  EXPECT_THAT(behind("train"), ElementsAre("lr changed", "clean.py changed"));
  EXPECT_THAT(behind("clean"), ElementsAre("clean.py changed"));
  EXPECT_THAT(behind("forced"), IsEmpty());
  EXPECT_THAT(behind("elsewhere"), IsEmpty());
}

}  // namespace
}  // namespace cairn::scorecard

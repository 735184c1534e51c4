#include "loop/rollout/bindings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cairn::rollout {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kBound = R"(project: flights
charter:
  prediction: {entity: one flight, outcome: late, wait: 1d}
  kpis:
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.56, owner: Ada, due: 2014-01-01}
    - {name: cost of errors, kind: economic, source: evaluation.cost_per_1000, comparator: "<=", target: 700, owner: Ada, due: 2014-01-01}
  success:
    - {metric: log_loss, comparator: "<", than: heuristic}
    - {metric: roc_auc, comparator: ">=", target: 0.62}
    - {metric: cost_per_1000, comparator: "<=", target: 700}
  cost: {false_positive: 1, false_negative: 3, unit: EUR}
  heuristic:
    - {when: "hour >= 17", score: 0.34}
    - {otherwise: 0.15}
data:
  flights:
    path: data/flights
    target: late
    contract: {columns: {hour: {type: integer}, gate: {type: string, serving: false}, late: {type: integer, serving: false}}}
model: {name: delay, dataset: flights, metric: log_loss}
gates:
  rules:
    - {name: better, metric: log_loss, against: heuristic}
    - {name: ranks, metric: roc_auc, min: 0.65}
    - {name: cheap, kpi: cost of errors}
monitors:
  - {name: quality, protects: honest risk, quality: log_loss, window: 7d, above: 0.56}
)";

/// "<place> <field> <problem>" of each finding, after the texts were replaced.
std::vector<std::string> FoundAfter(std::initializer_list<std::pair<std::string, std::string>> changes) {
  std::string text = kBound;
  for (const auto& [from, to] : changes) {
    EXPECT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
  }
  const auto found = UnboundIn(*ParseYaml(text, "cairn.yaml"));
  if (!found) return {found.error().message};
  std::vector<std::string> lines;
  for (const auto& one : *found) lines.push_back(one.where + " " + one.field + " " + one.problem);
  return lines;
}

TEST(BindingsTest, ACharterThatEverythingActsOnHasNoFindings) {
  EXPECT_THAT(FoundAfter({}), IsEmpty());
  EXPECT_THAT(FoundAfter({{"model:", "# model:"}, {"gates:\n  rules:", "nothing:\n  rules:"}}),
              ElementsAre(HasSubstr("unknown key 'nothing'")));
}

TEST(BindingsTest, ASuccessMetricThatNoGateChecksIsNamedAtItsLine) {
  EXPECT_THAT(FoundAfter({{"    - {name: ranks, metric: roc_auc, min: 0.65}\n", ""}}),
              ElementsAre("cairn.yaml:9:16 success.roc_auc.metric is checked by no gate: write {name: …, "
                          "metric: roc_auc, min: 0.62} under 'gates.rules'"));
  EXPECT_THAT(FoundAfter({{"    - {name: better, metric: log_loss, against: heuristic}\n", ""}}),
              ElementsAre(HasSubstr("success.log_loss.metric is checked by no gate")));
  EXPECT_THAT(FoundAfter({{"against: heuristic", "against: heuristic, margin: 0.1"}}),
              ElementsAre(HasSubstr("success.log_loss.metric is checked by no gate")))
      << "a margin lets worse ones through";
}

TEST(BindingsTest, AGateThatLetsLessThroughThanTheCharterWantsIsNamed) {
  EXPECT_THAT(FoundAfter({{"min: 0.65", "min: 0.6"}}),
              ElementsAre(HasSubstr("success.roc_auc.metric must be >= 0.62, and the gates on it let less")));
  EXPECT_THAT(FoundAfter({{"min: 0.65", "slice: worst, min: 0.65"},
                          {"metric: log_loss}", "metric: log_loss, slices: [hour]}"}}),
              ElementsAre(HasSubstr("success.roc_auc.metric is checked by no gate")));
  EXPECT_THAT(FoundAfter({{"target: 700}", "target: 600}"}}),
              ElementsAre(HasSubstr("success.cost_per_1000.metric must be <= 600")));
}

TEST(BindingsTest, ASuccessThatMeansTheOppositeOrNothingIsNamed) {
  EXPECT_THAT(
      FoundAfter({{"comparator: \"<\", than", "comparator: \">\", than"}}),
      ElementsAre(HasSubstr("cairn.yaml:8:38 success.log_loss.comparator asks for a worse log_loss")));
  EXPECT_THAT(FoundAfter({{"{metric: roc_auc, comparator", "{metric: rocauc, comparator"}}),
              ElementsAre(HasSubstr("is 'rocauc', which is no metric. Did you mean 'roc_auc'?")));
}

TEST(BindingsTest, ASourceThatNothingMeasuresIsNamed) {
  EXPECT_THAT(FoundAfter({{"source: quality.log_loss", "source: quality.logloss"}}),
              ElementsAre(HasSubstr("cairn.yaml:5:48 kpis.honest risk.source is 'quality.logloss', and "
                                    "'logloss' is no metric. Did you mean 'log_loss'?")));
  EXPECT_THAT(FoundAfter({{"source: quality.log_loss", "source: quality.brier"}}),
              ElementsAre(HasSubstr("no monitor measures it: write one with 'quality: brier'")));
  EXPECT_THAT(FoundAfter({{"source: quality.log_loss", "source: evaluation.rmse"}}),
              ElementsAre(HasSubstr("does not fit the model's metric 'log_loss'")));
}

TEST(BindingsTest, AnOutcomeThatIsNotTheTargetIsNamed) {
  EXPECT_THAT(FoundAfter({{"outcome: late", "outcome: delayed"}}),
              ElementsAre("cairn.yaml:3:45 prediction.outcome is 'delayed', but the target of the data set "
                          "'flights' is 'late'"));
}

TEST(BindingsTest, AWaitThatNoMonitorKeepsIsNamed) {
  EXPECT_THAT(
      FoundAfter({{"quality: log_loss, window: 7d, above: 0.56",
                   "drift: psi, columns: [hour], window: 7d, above: 0.56"}}),
      ElementsAre(HasSubstr("prediction.wait is kept by nothing"), HasSubstr("no monitor measures it")));
}

TEST(BindingsTest, AHeuristicThatReadsWhatRequestsDoNotCarryIsNamed) {
  EXPECT_THAT(
      FoundAfter({{"hour >= 17", "hoer >= 17"}}),
      ElementsAre(HasSubstr("cairn.yaml:13:5 heuristic reads the column 'hoer', which the contract of "
                            "'flights' does not list")));
  EXPECT_THAT(FoundAfter({{"hour >= 17", "gate = 'A'"}}), ElementsAre(HasSubstr("requests do not carry")));
}

}  // namespace
}  // namespace cairn::rollout

#include <gtest/gtest.h>

#include <cmath>

#include "loop/rollout/canary_verdict.h"
#include "loop/rollout/judging.h"
#include "loop/rollout/rollout.h"

namespace cairn::rollout {
namespace {

constexpr std::string_view kRest = R"(
charter:
  risk: limited
  cost: {false_positive: 1, false_negative: 3, unit: EUR}
  heuristic:
    - {otherwise: 0.2}
  kpis:
    - {name: cost of errors, kind: economic, source: evaluation.cost_per_1000, comparator: "<=", target: 400, owner: Ada, due: 2014-01-01}
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.5, owner: Ada, due: 2014-01-01}
data:
  flights:
    path: data/flights
    target: late
    contract: {columns: {carrier: {type: string}, late: {type: integer, serving: false}}}
model: {name: delay, dataset: flights, metric: log_loss, threshold: cost, slices: [carrier]}
)";

Result<Gates> Read(const std::string& text) { return ParseGates(*ParseYaml(text, "cairn.yaml")); }
Result<Gates> WithRule(const std::string& rule) {
  return Read(std::string(kRest) + "gates:\n  rules:\n    - " + rule + "\n");
}

/// The message that this configuration is refused with.
std::string Refusal(const Result<Gates>& gates) {
  if (gates) return "it was accepted";
  EXPECT_EQ(gates.error().reason, Reason::InvalidArgument);
  return gates.error().message;
}

void ExpectRefused(const std::string& rule, const std::string& words) {
  const std::string message = Refusal(WithRule(rule));
  EXPECT_NE(message.find(words), std::string::npos) << rule << "\n" << message;
  EXPECT_TRUE(message.starts_with("cairn.yaml:")) << "the place is missing: " << message;
}

TEST(GatesTest, ReadsEachKindOfRule) {
  const auto gates = Read(std::string(kRest) + R"(
gates:
  approval: policy
  rules:
    - {name: a, metric: log_loss, against: heuristic}
    - {name: b, metric: log_loss, against: production, margin: 0.002}
    - {name: c, metric: roc_auc, slice: worst, min: 0.55, min_rows: 200}
    - {name: d, contract: passed}
    - {name: e, latency_p99_ms: 5}
    - {name: f, kpi: cost of errors}
)");
  ASSERT_TRUE(gates) << gates.error().message;
  EXPECT_EQ(gates->model, "delay");
  EXPECT_EQ(gates->slices, std::vector<std::string>{"carrier"});
  EXPECT_FALSE(gates->threshold) << "cost means the cost-best threshold";
  EXPECT_TRUE(gates->by_policy);
  ASSERT_EQ(gates->rules.size(), 6u);
  EXPECT_EQ(gates->rules[0].against, "heuristic");
  EXPECT_EQ(gates->rules[1].margin, 0.002);
  EXPECT_TRUE(gates->rules[2].worst_slice);
  EXPECT_EQ(gates->rules[2].min_rows, 200);
  EXPECT_TRUE(gates->rules[3].contract);
  EXPECT_EQ(gates->rules[4].latency_p99_ms, 5);
  EXPECT_EQ(gates->rules[5].kpi, "cost of errors");
}

TEST(GatesTest, ReadsHowABoundIsJudgedAndWhichAliasIsGuarded) {
  EXPECT_TRUE(WithRule("{name: a, metric: roc_auc, min: 0.6}")->rules[0].by_interval);
  EXPECT_TRUE(WithRule("{name: a, metric: roc_auc, min: 0.6, judged_by: interval}")->rules[0].by_interval);
  EXPECT_FALSE(WithRule("{name: a, metric: roc_auc, min: 0.6, judged_by: value}")->rules[0].by_interval);
  ExpectRefused("{name: a, metric: roc_auc, min: 0.6, judged_by: valeu}", "Did you mean 'value'?");
  ExpectRefused("{name: a, metric: log_loss, against: heuristic, judged_by: value}",
                "always judged by its interval");
  ExpectRefused("{name: a, contract: passed, judged_by: value}", "has a meaning only beside");
  EXPECT_EQ(Read(std::string(kRest))->alias, "production");
  std::string text(kRest);
  text.replace(text.find("{name: delay,"), 13, "{name: delay, alias: champion,");
  EXPECT_EQ(Read(text)->alias, "champion");
  text.replace(text.find("champion"), 8, "latest");
  EXPECT_NE(Refusal(Read(text)).find("'latest' alias name"), std::string::npos);
}

TEST(GatesTest, AbsentSectionsAreEmpty) {
  const auto gates = Read("project: x\n");
  ASSERT_TRUE(gates);
  EXPECT_TRUE(gates->model.empty());
  EXPECT_TRUE(gates->rules.empty());
}

TEST(GatesTest, NamesThePlaceAndTheNearestWord) {
  ExpectRefused("{name: a, metrik: log_loss, against: heuristic}",
                "unknown key 'metrik'. Did you mean 'metric'?");
  ExpectRefused("{name: a, metric: logloss, against: heuristic}", "Did you mean 'log_loss'?");
  ExpectRefused("{name: a, metric: log_loss, against: producton}", "Did you mean 'production'?");
  ExpectRefused("{name: a, kpi: cost of error}", "Did you mean 'cost of errors'?");
  EXPECT_NE(Refusal(Read(std::string(kRest) + "gates: {aproval: human}\n")).find("Did you mean 'approval'?"),
            std::string::npos);
}

TEST(GatesTest, RefusesRulesThatSayNothingOrTwoThings) {
  ExpectRefused("{name: a}", "exactly one of");
  ExpectRefused("{name: a, contract: passed, latency_p99_ms: 5}", "exactly one of");
  ExpectRefused("{name: a, metric: log_loss}", "must either be 'against'");
  ExpectRefused("{name: a, metric: log_loss, against: heuristic, max: 0.5}", "must either be 'against'");
  ExpectRefused("{name: a, metric: log_loss, max: 0.5, margin: 0.1}",
                "'margin' has a meaning only beside 'against'");
  ExpectRefused("{name: a, metric: log_loss, against: heuristic, margin: -1}", "'margin' must be 0 or more");
  ExpectRefused("{name: a, metric: log_loss, max: 0.5, min_rows: 10}",
                "'min_rows' has a meaning only beside 'slice'");
  ExpectRefused("{name: a, gap: equal_opportunity, by: carrier, max: 0.1}",
                "equal_opportunity_difference, equalized_odds_difference and");
  ExpectRefused("{name: a, gap: disparate_impact, by: origin, min: 0.8}",
                "needs 'by': a column of 'model.slices'");
  ExpectRefused("{name: a, gap: disparate_impact, by: carrier}", "needs a bound");
  ExpectRefused("{name: a, metric: log_loss, max: 0.5, by: carrier}", "'by' has a meaning only beside 'gap'");
  ExpectRefused("{name: a, contract: failed}", "must be passed");
  ExpectRefused("{name: a, metric: rmse, max: 1}", "does not fit the model's metric");
  ExpectRefused("{name: a, contract: passed}\n    - {name: a, contract: passed}",
                "two gate rules are called 'a'");
}

TEST(GatesTest, RefusesAKpiWithoutATarget) {
  std::string text = std::string(kRest) + "gates:\n  rules:\n    - {name: a, kpi: cost of errors}\n";
  text.replace(text.find(" target: 400,"), 13, "");
  EXPECT_NE(Refusal(Read(text)).find("has no target"), std::string::npos);
}

TEST(GatesTest, RefusesAKpiThatOnlyLiveTrafficShows) {
  ExpectRefused("{name: a, kpi: honest risk}", "quality.log_loss, which only live traffic shows");
}

TEST(GatesTest, ChecksAgainstTheRestOfTheConfiguration) {
  const auto replaced = [](const std::string& from, const std::string& to) {
    std::string text(kRest);
    text.replace(text.find(from), from.size(), to);
    return Refusal(Read(text + "gates: {rules: [{name: a, metric: log_loss, against: heuristic}]}\n"));
  };
  EXPECT_NE(replaced("  heuristic:\n    - {otherwise: 0.2}\n", "").find("no heuristic to compare with"),
            std::string::npos);
  EXPECT_NE(replaced("  cost: {false_positive: 1, false_negative: 3, unit: EUR}\n", "")
                .find("needs the cost matrix"),
            std::string::npos);
  EXPECT_NE(replaced("slices: [carrier]", "slices: [carier]").find("Did you mean 'carrier'?"),
            std::string::npos);
  EXPECT_NE(replaced("dataset: flights", "dataset: flight").find("Did you mean 'flights'?"),
            std::string::npos);
}

TEST(GatesTest, APolicyIsRefusedWhereTheRiskIsHigh) {
  std::string text(kRest);
  text.replace(text.find("risk: limited"), 13, "risk: high");
  EXPECT_NE(Refusal(Read(text + "gates: {approval: policy}\n"))
                .find("a policy cannot approve where the charter's risk is high"),
            std::string::npos);
  EXPECT_TRUE(Read(text + "gates: {approval: human}\n"));
}

/// 400 rows of which every second is late; a candidate that knows, one that guesses, a rule that always says
/// the same.
class JudgingTest : public testing::Test {
 protected:
  JudgingTest() {
    evaluation::TestRows rows;
    tables::Column carrier("carrier", tables::Type::Text);
    for (int i = 0; i < 400; ++i) {
      carrier.Push(std::string(i < 100 ? "AA" : "UA"));
      rows.labels.push_back(i % 2);
      knowing_.push_back(i % 2 == 1 ? 0.9 : 0.1);
      guessing_.push_back(i % 3 == 1 ? 0.9 : 0.1);
    }
    rows.table = tables::Table({carrier});
    rows.available = 400;
    evaluation::ExaminationSettings settings;
    settings.slices = {"carrier"};
    settings.cost = {1, 3, 0, 0};
    examination_.emplace(*evaluation::Examination::Of(std::move(rows), settings));
    charter_ = *charter::Parse(*ParseYaml(kRest, "cairn.yaml"));
    evidence_.charter = &charter_;
    evidence_.examination = &*examination_;
    evidence_.servable = "it loads";
    evidence_.latency = evaluation::Latency{0.1, 0.4, 600};
  }
  void Add(const std::string& name, const std::vector<double>& scores) {
    ASSERT_TRUE(examination_->Add({name, "", scores, {}}));
  }
  governance::Rule Judged(const std::string& rule) {
    const auto gates = WithRule(rule);
    EXPECT_TRUE(gates) << gates.error().message;
    const auto rules = Judge(*gates, evidence_);
    EXPECT_EQ(rules.size(), 2u);
    return rules.back();
  }

  std::vector<double> knowing_, guessing_, constant_ = std::vector<double>(400, 0.2);
  std::optional<evaluation::Examination> examination_;
  charter::Charter charter_;
  Evidence evidence_;
};

TEST_F(JudgingTest, ACandidateThatBeatsTheHeuristicPassesWithItsInterval) {
  Add("candidate", knowing_);
  Add("heuristic", constant_);
  const auto rule = Judged("{name: a, metric: log_loss, against: heuristic}");
  EXPECT_TRUE(rule.passed) << rule.detail;
  EXPECT_GT(rule.value.AsDouble(), 0);
  EXPECT_NE(rule.detail.find("95% interval"), std::string::npos) << rule.detail;
  EXPECT_NE(rule.detail.find("that of the heuristic"), std::string::npos) << rule.detail;
}

TEST_F(JudgingTest, AGainThatChanceCouldExplainIsNone) {
  std::vector<double> almost = constant_;
  almost[0] = 0.19;
  almost[1] = 0.21;
  almost[2] = 0.21;
  Add("candidate", almost);
  Add("heuristic", constant_);
  EXPECT_FALSE(Judged("{name: a, metric: log_loss, against: heuristic}").passed);
  EXPECT_TRUE(Judged("{name: a, metric: log_loss, against: heuristic, margin: 0.01}").passed);
}

TEST_F(JudgingTest, AWorseCandidateFailsAgainstProduction) {
  Add("candidate", guessing_);
  Add("production", knowing_);
  evidence_.production = 3;
  const auto rule = Judged("{name: a, metric: log_loss, against: production, margin: 0.002}");
  EXPECT_FALSE(rule.passed);
  EXPECT_NE(rule.detail.find("version 3 in production"), std::string::npos) << rule.detail;
  EXPECT_NE(rule.detail.find("worse by"), std::string::npos) << rule.detail;
}

TEST_F(JudgingTest, WithNothingInProductionThereIsNothingToBeWorseThan) {
  Add("candidate", guessing_);
  EXPECT_TRUE(Judged("{name: a, metric: log_loss, against: production}").passed);
  evidence_.production = 2;
  evidence_.production_problem = "its files are gone";
  EXPECT_FALSE(Judged("{name: a, metric: log_loss, against: production}").passed);
}

TEST_F(JudgingTest, ACandidateThatIsBetterOnTheWholeIsStoppedByTheSliceOnWhichItIsWorse) {
  // Better for the 300 of UA, worse for the 100 of AA.
  std::vector<double> mixed = knowing_, before(400, 0.45);
  for (std::size_t i = 0; i < 100; ++i) mixed[i] = 1 - mixed[i];
  for (std::size_t i = 0; i < 400; ++i) before[i] = i % 2 == 1 ? 0.55 : 0.45;
  Add("candidate", mixed);
  Add("production", before);
  evidence_.production = 3;
  EXPECT_TRUE(Judged("{name: a, metric: roc_auc, against: production, margin: 0.5}").passed);
  const auto rule = Judged("{name: a, metric: log_loss, against: production, slice: worst, min_rows: 50}");
  EXPECT_FALSE(rule.passed);
  EXPECT_NE(rule.detail.find("the worst of 2 slices is carrier = AA: log_loss worse by"), std::string::npos)
      << rule.detail;
  EXPECT_NE(rule.detail.find("version 3 in production"), std::string::npos) << rule.detail;
  EXPECT_TRUE(Judged("{name: a, metric: log_loss, against: production, slice: worst, min_rows: 200}").passed)
      << "AA has only 100 rows";
  EXPECT_TRUE(
      Judged("{name: a, metric: log_loss, against: production, slice: worst, min_rows: 50, margin: 5}")
          .passed);
}

TEST_F(JudgingTest, ASliceThatChanceMadeWorseStopsNobodyUnlessTheValueDecides) {
  std::vector<double> almost = knowing_;
  almost[0] = 0.2;
  Add("candidate", almost);
  Add("production", knowing_);
  evidence_.production = 3;
  EXPECT_TRUE(Judged("{name: a, metric: log_loss, against: production, slice: worst, min_rows: 50}").passed);
  EXPECT_FALSE(
      Judged("{name: a, metric: log_loss, against: production, slice: worst, min_rows: 50, judged_by: value}")
          .passed);
}

TEST_F(JudgingTest, AGapBetweenGroupsIsHeldAgainstItsBound) {
  std::vector<double> blind = knowing_;
  for (std::size_t i = 0; i < 100; ++i) blind[i] = 0.1;
  Add("candidate", blind);
  const auto rule =
      Judged("{name: a, gap: equal_opportunity_difference, by: carrier, max: 0.2, min_rows: 50}");
  EXPECT_FALSE(rule.passed);
  EXPECT_EQ(rule.value.AsDouble(), 1);
  EXPECT_NE(rule.detail.find("between the groups of carrier is 1"), std::string::npos) << rule.detail;
  EXPECT_FALSE(
      Judged("{name: a, gap: equal_opportunity_difference, by: carrier, max: 0.2, min_rows: 200}").passed)
      << "one group alone has no gap, and what cannot be measured is not within a bound";
}

TEST_F(JudgingTest, EqualTreatmentKeepsItsBound) {
  Add("candidate", knowing_);
  EXPECT_TRUE(
      Judged("{name: a, gap: equalized_odds_difference, by: carrier, max: 0.2, min_rows: 50}").passed);
  EXPECT_TRUE(Judged("{name: a, gap: disparate_impact, by: carrier, min: 0.7, min_rows: 50}").passed);
}

TEST_F(JudgingTest, JudgesTheWorstSliceAndNamesIt) {
  std::vector<double> blind = knowing_;
  for (std::size_t i = 0; i < 100; ++i) blind[i] = 1 - blind[i];
  Add("candidate", blind);
  const auto rule = Judged("{name: a, metric: roc_auc, slice: worst, min: 0.55, min_rows: 50}");
  EXPECT_FALSE(rule.passed);
  EXPECT_EQ(rule.value.AsDouble(), 0);
  EXPECT_NE(rule.detail.find("carrier = AA"), std::string::npos) << rule.detail;
  EXPECT_TRUE(Judged("{name: a, metric: roc_auc, slice: worst, min: 0.55, min_rows: 200}").passed)
      << "AA has only 100 rows";
  EXPECT_FALSE(Judged("{name: a, metric: roc_auc, slice: worst, min: 0.55, min_rows: 500}").passed)
      << "with no slice to judge nothing is shown";
}

TEST_F(JudgingTest, JudgesBoundsContractLatencyAndKpis) {
  Add("candidate", knowing_);
  EXPECT_TRUE(Judged("{name: a, metric: roc_auc, min: 0.99}").passed);
  EXPECT_FALSE(Judged("{name: a, metric: log_loss, max: 0.01}").passed);
  EXPECT_TRUE(Judged("{name: a, contract: passed}").passed);
  evidence_.contract_passed = false;
  EXPECT_FALSE(Judged("{name: a, contract: passed}").passed);
  EXPECT_TRUE(Judged("{name: a, latency_p99_ms: 0.5}").passed);
  EXPECT_FALSE(Judged("{name: a, latency_p99_ms: 0.3}").passed);
  const auto kpi = Judged("{name: a, kpi: cost of errors}");
  EXPECT_TRUE(kpi.passed);
  EXPECT_EQ(kpi.value.AsDouble(), 0) << "who knows makes no costly error";
}

TEST_F(JudgingTest, ABusinessBadCandidateFailsItsKpi) {
  Add("candidate", constant_);
  const auto kpi = Judged("{name: a, kpi: cost of errors}");
  EXPECT_FALSE(kpi.passed) << kpi.detail;
  EXPECT_GT(kpi.value.AsDouble(), 500) << "all rows are called late, so half of a thousand decisions cost 1";
  EXPECT_EQ(kpi.bound, Json("high end <= 400"));
  const auto value = Judged("{name: a, kpi: cost of errors, judged_by: value}");
  EXPECT_EQ(value.value.AsDouble(), 500);
  EXPECT_EQ(value.bound, Json("<= 400"));
}

TEST_F(JudgingTest, ABoundMustBeKeptByTheBadEndOfTheIntervalUnlessTheRuleSaysOtherwise) {
  Add("candidate", constant_);
  const auto strict = Judged("{name: a, metric: cost_per_1000, max: 510}");
  EXPECT_FALSE(strict.passed) << "chance alone could explain that it is below: " << strict.detail;
  EXPECT_EQ(strict.bound, Json("high end <= 510"));
  EXPECT_NE(strict.detail.find("cost_per_1000 is 500 (95% interval"), std::string::npos) << strict.detail;
  EXPECT_TRUE(Judged("{name: a, metric: cost_per_1000, max: 510, judged_by: value}").passed);
  EXPECT_TRUE(Judged("{name: a, metric: cost_per_1000, max: 600}").passed);
  const auto least = Judged("{name: a, metric: cost_per_1000, min: 490}");
  EXPECT_FALSE(least.passed) << "a least value is held against the low end";
  EXPECT_EQ(least.bound, Json("low end >= 490"));
}

TEST_F(JudgingTest, TheWorstSliceIsTheOneWhoseIntervalReachesFurthestOut) {
  std::vector<double> weaker = knowing_;
  for (std::size_t i = 0; i < 100; i += 3) weaker[i] = 1 - weaker[i];  // A third of AA is wrong.
  Add("candidate", weaker);
  const auto value =
                 Judged("{name: a, metric: roc_auc, slice: worst, min: 0.1, min_rows: 50, judged_by: value}"),
             end = Judged("{name: a, metric: roc_auc, slice: worst, min: 0.1, min_rows: 50}");
  EXPECT_TRUE(value.passed && end.passed);
  EXPECT_LT(end.value.AsDouble(), value.value.AsDouble());
  const std::string between = std::to_string((end.value.AsDouble() + value.value.AsDouble()) / 2);
  EXPECT_FALSE(Judged("{name: a, metric: roc_auc, slice: worst, min: " + between + ", min_rows: 50}").passed);
}

TEST_F(JudgingTest, WhatCannotBeServedHereIsJudgedByNothingElse) {
  evidence_.not_servable = "it is a pickle";
  const auto rules = Judge(*WithRule("{name: a, contract: passed}"), evidence_);
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].name, "servable here");
  EXPECT_FALSE(rules[0].passed);
  EXPECT_EQ(rules[0].detail, "it is a pickle");
}

CanaryLook Look(std::int64_t requests) {
  CanaryLook look;
  look.record.canary_requests = look.step_requests = requests;
  return look;
}

TEST(CanaryVerdictTest, GoesOnUntilItHasItsRequestsAndItsTime) {
  EXPECT_EQ(Judge(Look(299)).verdict, CanaryVerdict::GoOn);
  EXPECT_EQ(Judge(Look(300)).verdict, CanaryVerdict::Promote);
  auto held = Look(300);
  held.hold_ms = 1000;
  held.held_ms = 999;
  EXPECT_EQ(Judge(held).verdict, CanaryVerdict::GoOn);
  held.held_ms = 1000;
  EXPECT_EQ(Judge(held).verdict, CanaryVerdict::Promote);
}

TEST(CanaryVerdictTest, GoesThroughItsStepsBeforeItIsPromoted) {
  auto look = Look(300);
  look.steps = 2;
  EXPECT_EQ(Judge(look).verdict, CanaryVerdict::NextStep);
  look.step = 1;
  EXPECT_EQ(Judge(look).verdict, CanaryVerdict::Promote);
}

TEST(CanaryVerdictTest, AbortsOnEvidenceAtOnce) {
  auto look = Look(50);
  look.record.canary_bad = 5;
  look.record.bad = {{0.1, 3, 0}};
  ASSERT_LT(serving::EvidenceOf(look.record).bad, 200);
  EXPECT_EQ(Judge(look).verdict, CanaryVerdict::GoOn);
  look.record.bad = {{0.1, 5, 0}};
  ASSERT_GT(serving::EvidenceOf(look.record).bad, 200);
  const auto finding = Judge(look);
  EXPECT_EQ(finding.verdict, CanaryVerdict::Abort);
  EXPECT_NE(finding.reason.find("5 of 50"), std::string::npos) << finding.reason;
  look.record.slow.swap(look.record.bad);
  EXPECT_NE(Judge(look).reason.find("slow more often"), std::string::npos);
}

TEST(CanaryVerdictTest, ABrokenSplitIsPausedAndNeverPromoted) {
  auto look = Look(1000);
  look.record.split = {{0.5, 1000, 500}};
  EXPECT_EQ(Judge(look).verdict, CanaryVerdict::Pause);
}

TEST(CanaryVerdictTest, AStoredVerdictFollowsFromItsCountsBitForBitAndATamperedOneDoesNot) {
  auto look = Look(400);
  look.record.canary_bad = 3;
  look.record.bad = {{0.05, 1, 1}, {0.2, 2, 2}};
  look.record.bad_now = {{0.05, 1, 1}, {0.2, 2, 4}};
  const auto finding = Judge(look);
  const Json stored = *Json::Parse(Json{
      {"verdict", NameOf(finding.verdict)},
      {"reason", finding.reason},
      {"evidence", ToJson(look)}}.Dump());
  EXPECT_EQ(DifferenceIn(stored), "");
  const auto with = [&](const std::string& key, Json value) {
    Json changed = stored;
    changed.Set(key, std::move(value));
    return DifferenceIn(changed);
  };
  EXPECT_NE(with("verdict", "abort").find("'promote'"), std::string::npos) << with("verdict", "abort");
  EXPECT_NE(with("reason", "it was better"), "");
  auto other = look;
  other.record.bad = {{0.05, 1, 1}, {0.2, 3, 2}};
  EXPECT_NE(with("evidence", ToJson(other)), "");
  Json forged = ToJson(look), record = forged.At("record"), bad = record.At("bad");
  bad.Set("e_value", 1.0);
  record.Set("bad", bad);
  forged.Set("record", record);
  EXPECT_NE(with("evidence", forged).find("e-values"), std::string::npos);
}

}  // namespace
}  // namespace cairn::rollout

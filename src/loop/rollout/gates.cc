#include <algorithm>
#include <array>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"
#include "loop/evaluation/metrics.h"
#include "loop/evaluation/slices.h"
#include "loop/registry/guard.h"
#include "loop/rollout/rollout.h"

namespace cairn::rollout {
namespace {

constexpr std::array<std::string_view, 2> kOpponents = {"heuristic", "production"};
constexpr std::array<std::string_view, 2> kApprovals = {"human", "policy"};
constexpr std::array<std::string_view, 2> kJudgedBy = {"interval", "value"};

Result<std::string> MetricAt(const Node& map, std::string_view key) {
  const std::string name = CAIRN_TRY(TextAt(map, key));
  if (name.empty() || evaluation::MetricNamed(name)) return name;
  std::vector<std::string_view> known;
  for (const auto metric : evaluation::AllMetrics()) known.push_back(evaluation::NameOf(metric));
  return WrongAt(*map.Find(key), "'" + name + "' is no metric." + Suggestion(name, known));
}

/// Reads `gates` and `model` against the rest of the configuration.
class GateReader {
 public:
  explicit GateReader(const Node& configuration) : configuration_(configuration) {}

  Result<Gates> Read() {
    charter_ = CAIRN_TRY(charter::Parse(configuration_));
    if (const Node* model = CAIRN_TRY(MapAt(configuration_, "model"))) CAIRN_TRY(ReadModel(*model));
    if (const Node* gates = CAIRN_TRY(MapAt(configuration_, "gates"))) CAIRN_TRY(ReadGates(*gates));
    return std::move(gates_);
  }

 private:
  Result<> ReadModel(const Node& model) {
    CAIRN_TRY(model.OnlyKeys({"name", "alias", "dataset", "metric", "threshold", "slices"}));
    gates_.model = CAIRN_TRY(TextAt(model, "name"));
    if (gates_.model.empty())
      return WrongAt(model, "'model' needs a 'name': the registered model that this configuration binds");
    gates_.alias = CAIRN_TRY(registry::GuardOf(configuration_)).alias;
    gates_.dataset = CAIRN_TRY(TextAt(model, "dataset"));
    if (const std::string metric = CAIRN_TRY(MetricAt(model, "metric")); !metric.empty())
      gates_.metric = metric;
    CAIRN_TRY(ReadThreshold(model));
    const auto specification = data::FindSpecification(configuration_, gates_.dataset);
    if (!specification && specification.error().reason == Reason::NotFound)
      return WrongAt(model, "'dataset': " + specification.error().message);
    if (!specification) return specification.error();
    return ReadSlices(model, specification->contract);
  }

  Result<> ReadThreshold(const Node& model) {
    const Node* threshold = model.Find("threshold");
    if (!threshold || threshold->IsNull() || threshold->text() == "cost") {
      if (threshold && !threshold->IsNull() && !charter_.cost) {
        return WrongAt(*threshold, "'threshold: cost' needs the cost matrix 'charter.cost'");
      }
      return Done{};
    }
    gates_.threshold = CAIRN_TRY(NumberAt(model, "threshold"));
    if (!(*gates_.threshold >= 0 && *gates_.threshold <= 1))
      return WrongAt(*threshold, "'threshold' must be 'cost' or a number from 0 to 1");
    return Done{};
  }

  Result<> ReadSlices(const Node& model, const contract::Contract& contract) {
    const Node* slices = model.Find("slices");
    if (!slices || slices->IsNull()) return Done{};
    if (!slices->IsList()) return WrongAt(*slices, "'slices' must be a list of columns");
    std::vector<std::string_view> known;
    for (const auto& rule : contract.columns) known.push_back(rule.name);
    for (const Node& item : slices->items()) {
      if (!known.empty() && !contract.Find(item.text())) {
        return WrongAt(item, "the contract of '" + gates_.dataset + "' has no column '" + item.text() + "'." +
                                 Suggestion(item.text(), known));
      }
      gates_.slices.push_back(item.text());
    }
    return Done{};
  }

  Result<> ReadGates(const Node& gates) {
    CAIRN_TRY(gates.OnlyKeys({"approval", "valid_days", "emergency", "rules"}));
    gates_.by_policy = CAIRN_TRY(ChoiceAt(gates, "approval", kApprovals)) == "policy";
    if (gates_.by_policy && charter_.risk && *charter_.risk >= charter::Risk::High) {
      return WrongAt(*gates.Find("approval"), "a policy cannot approve where the charter's risk is " +
                                                  std::string(charter::NameOf(*charter_.risk)) +
                                                  ": people must sign, so write 'approval: human'");
    }
    const Node* rules = gates.Find("rules");
    if (!rules || rules->IsNull()) return Done{};
    if (!rules->IsList()) return WrongAt(*rules, "'rules' must be a list");
    if (gates_.model.empty())
      return WrongAt(*rules, "gate rules need the section 'model', which says what they are about");
    for (const Node& item : rules->items()) {
      GateRule rule = CAIRN_TRY(ReadRule(item));
      const bool taken = std::any_of(gates_.rules.begin(), gates_.rules.end(),
                                     [&](const GateRule& one) { return one.name == rule.name; });
      if (taken) return WrongAt(item, "two gate rules are called '" + rule.name + "'");
      gates_.rules.push_back(std::move(rule));
    }
    return Done{};
  }

  Result<GateRule> ReadRule(const Node& node) {
    if (!node.IsMap())
      return WrongAt(node,
                     "a gate rule is a map such as {name: better than the heuristic, metric: log_loss, "
                     "against: heuristic}");
    CAIRN_TRY(node.OnlyKeys({"name", "metric", "against", "margin", "min", "max", "slice", "min_rows",
                             "judged_by", "contract", "latency_p99_ms", "kpi", "gap", "by"}));
    GateRule rule;
    rule.name = CAIRN_TRY(TextAt(node, "name"));
    if (rule.name.empty()) return WrongAt(node, "a gate rule needs a 'name'");
    rule.metric = CAIRN_TRY(MetricAt(node, "metric"));
    rule.kpi = CAIRN_TRY(TextAt(node, "kpi"));
    rule.gap = CAIRN_TRY(TextAt(node, "gap"));
    rule.latency_p99_ms = CAIRN_TRY(NumberAt(node, "latency_p99_ms"));
    if (const std::string contract = CAIRN_TRY(TextAt(node, "contract")); !contract.empty()) {
      static constexpr std::array<std::string_view, 1> kPassed = {"passed"};
      CAIRN_TRY(ChoiceAt(node, "contract", kPassed));
      rule.contract = true;
    }
    const int kinds = int{!rule.metric.empty()} + int{!rule.kpi.empty()} + int{!rule.gap.empty()} +
                      int{rule.latency_p99_ms.has_value()} + int{rule.contract};
    if (kinds != 1) {
      return WrongAt(node,
                     "the gate rule '" + rule.name +
                         "' must say exactly one of 'metric', 'gap', 'contract', 'latency_p99_ms' and 'kpi'");
    }
    CAIRN_TRY(rule.gap.empty() ? ReadMetricPart(node, rule) : ReadGap(node, rule));
    CAIRN_TRY(ReadJudgedBy(node, rule));
    if (!rule.kpi.empty()) CAIRN_TRY(CheckKpi(node, rule));
    return rule;
  }

  Result<> ReadJudgedBy(const Node& node, GateRule& rule) {
    const std::string by = CAIRN_TRY(ChoiceAt(node, "judged_by", kJudgedBy));
    rule.by_interval = by != "value";
    if (by.empty() || !rule.kpi.empty() || rule.min || rule.max || rule.worst_slice) return Done{};
    return WrongAt(
        *node.Find("judged_by"),
        "'judged_by' has a meaning only beside 'min', 'max', 'kpi' and 'slice'; what is 'against' something "
        "is otherwise always judged by its interval");
  }

  Result<> ReadGap(const Node& node, GateRule& rule) {
    const auto known = evaluation::GapNames();
    if (std::find(known.begin(), known.end(), rule.gap) == known.end())
      return WrongAt(*node.Find("gap"),
                     "'" + rule.gap +
                         "' is no gap between groups: there are demographic_parity_difference, "
                         "disparate_impact, equal_opportunity_difference, equalized_odds_difference and "
                         "calibration_gap." +
                         Suggestion(rule.gap, known));
    for (const std::string_view key : {"against", "margin", "slice"}) {
      if (node.Find(key))
        return WrongAt(*node.Find(key), "'" + std::string(key) +
                                            "' has no meaning beside 'gap', which needs 'by' and a bound");
    }
    if (evaluation::IsRegression(*evaluation::MetricNamed(gates_.metric)))
      return WrongAt(*node.Find("gap"),
                     "gaps between groups are of classes, and the model's metric is of numbers");
    rule.by = CAIRN_TRY(TextAt(node, "by"));
    if (std::find(gates_.slices.begin(), gates_.slices.end(), rule.by) == gates_.slices.end())
      return WrongAt(node,
                     "the gap '" + rule.gap +
                         "' needs 'by': a column of 'model.slices', between whose values it is measured");
    rule.min = CAIRN_TRY(NumberAt(node, "min"));
    rule.max = CAIRN_TRY(NumberAt(node, "max"));
    if (!rule.min && !rule.max)
      return WrongAt(node, "the gap '" + rule.gap + "' needs a bound 'min' or 'max'");
    return ReadMinRows(node, rule);
  }

  Result<> ReadMinRows(const Node& node, GateRule& rule) {
    const auto rows = CAIRN_TRY(NumberAt(node, "min_rows"));
    if (rows && !(*rows >= 1 && *rows <= 1e9))
      return WrongAt(*node.Find("min_rows"), "'min_rows' must be at least 1");
    if (rows) rule.min_rows = static_cast<std::int64_t>(*rows);
    return Done{};
  }

  Result<> ReadMetricPart(const Node& node, GateRule& rule) {
    const auto misplaced = [&](std::string_view key, std::string_view where) {
      return WrongAt(*node.Find(key),
                     "'" + std::string(key) + "' has a meaning only beside '" + std::string(where) + "'");
    };
    if (rule.metric.empty()) {
      for (const std::string_view key : {"against", "margin", "min", "max", "slice", "min_rows", "by"}) {
        if (node.Find(key)) return misplaced(key, key == "by" ? "gap" : "metric");
      }
      return Done{};
    }
    if (node.Find("by")) return misplaced("by", "gap");
    if (evaluation::IsRegression(*evaluation::MetricNamed(rule.metric)) !=
        evaluation::IsRegression(*evaluation::MetricNamed(gates_.metric))) {
      return WrongAt(*node.Find("metric"), "'" + rule.metric + "' does not fit the model's metric '" +
                                               gates_.metric + "': one is of classes, the other of numbers");
    }
    rule.against = CAIRN_TRY(ChoiceAt(node, "against", kOpponents));
    rule.min = CAIRN_TRY(NumberAt(node, "min"));
    rule.max = CAIRN_TRY(NumberAt(node, "max"));
    if (rule.against.empty() == !(rule.min || rule.max)) {
      return WrongAt(
          node, "the gate rule '" + rule.name +
                    "' must either be 'against' heuristic or production, or have a bound 'min' or 'max'");
    }
    if (rule.against == "heuristic" && !charter_.heuristic) {
      return WrongAt(*node.Find("against"),
                     "the charter has no heuristic to compare with: write 'charter.heuristic'");
    }
    if (rule.against.empty() && node.Find("margin")) return misplaced("margin", "against");
    rule.margin = CAIRN_TRY(NumberAt(node, "margin")).value_or(0);
    if (rule.margin < 0)
      return WrongAt(*node.Find("margin"), "'margin' must be 0 or more, in the metric's own unit");
    return ReadSlicePart(node, rule);
  }

  Result<> ReadSlicePart(const Node& node, GateRule& rule) {
    static constexpr std::array<std::string_view, 1> kWorst = {"worst"};
    rule.worst_slice = !CAIRN_TRY(ChoiceAt(node, "slice", kWorst)).empty();
    if (!rule.worst_slice) {
      if (node.Find("min_rows"))
        return WrongAt(*node.Find("min_rows"), "'min_rows' has a meaning only beside 'slice'");
      return Done{};
    }
    if (gates_.slices.empty())
      return WrongAt(*node.Find("slice"), "there are no slices: list their columns in 'model.slices'");
    return ReadMinRows(node, rule);
  }

  Result<> CheckKpi(const Node& node, const GateRule& rule) {
    const Node& place = *node.Find("kpi");
    const charter::Kpi* kpi = charter_.FindKpi(rule.kpi);
    std::vector<std::string_view> known;
    for (const auto& one : charter_.kpis) known.push_back(one.name);
    if (!kpi)
      return WrongAt(place, "the charter has no KPI '" + rule.kpi + "'." + Suggestion(rule.kpi, known));
    if (!kpi->target)
      return WrongAt(place, "the KPI '" + rule.kpi + "' has no target, so nothing can be held against it");
    constexpr std::string_view kMeasured = "evaluation.";
    if (!kpi->source.starts_with(kMeasured)) {
      return WrongAt(
          place,
          "the KPI '" + rule.kpi + "' is read from " + kpi->source +
              ", which only live traffic shows; a gate can judge KPIs whose source is evaluation.<metric>");
    }
    if (!evaluation::MetricNamed(std::string_view(kpi->source).substr(kMeasured.size()))) {
      return WrongAt(
          place, "the KPI '" + rule.kpi + "' has the source '" + kpi->source + "', which names no metric");
    }
    return Done{};
  }

  const Node& configuration_;
  charter::Charter charter_;
  Gates gates_;
};

}  // namespace

Result<Gates> ParseGates(const Node& configuration) { return GateReader(configuration).Read(); }

}  // namespace cairn::rollout

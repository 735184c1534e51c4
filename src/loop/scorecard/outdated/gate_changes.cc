#include "loop/scorecard/outdated/gate_changes.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "loop/evaluation/metrics.h"
#include "loop/rollout/rollout.h"
#include "loop/rollout/setting.h"

namespace cairn::scorecard {
namespace {

using evaluation::Metric;
using rollout::GateRule;

constexpr std::size_t kLongestShown = 40;

Json At(const Node& configuration, std::string_view path) {
  const Node* node = configuration.FindPath(path);
  return node == nullptr ? Json() : node->ToJson();
}

/// The map of that name in a list of maps; null when there is none.
Json Named(const Json& list, std::string_view name) {
  for (const Json& one : list.items())
    if (one.Text("name") == name) return one;
  return Json();
}

bool DecidesAtThreshold(std::string_view name) {
  const auto metric = evaluation::MetricNamed(name);
  if (!metric || evaluation::IsRegression(*metric)) return false;
  static constexpr Metric kOfScores[] = {Metric::LogLoss, Metric::Brier, Metric::RocAuc,
                                         Metric::AveragePrecision, Metric::CalibrationError};
  return std::find(std::begin(kOfScores), std::end(kOfScores), *metric) == std::end(kOfScores);
}

class Comparing {
 public:
  Comparing(const Node& before, const Node& after, bool contract_changed, bool cost_decides)
      : before_(before), after_(after), contract_changed_(contract_changed), cost_decides_(cost_decides) {}

  GateChange Of(const GateRule& rule) const {
    GateChange change{.rule = rule.name};
    const Json was = Named(At(before_, "gates.rules"), rule.name);
    if (was.IsNull()) {
      change.is_new = true;
      return change;
    }
    Differ("", was, Named(At(after_, "gates.rules"), rule.name), change.itself);
    CompareModel(rule, change.itself);
    if (rule.contract && contract_changed_) change.itself.emplace_back("the contract is another");
    CompareCharter(rule, change.charter);
    return change;
  }

 private:
  void Compare(std::string_view path, std::string what, std::vector<std::string>& phrases) const {
    Differ(what, At(before_, path), At(after_, path), phrases);
  }

  bool Decides(const GateRule& rule) const { return !rule.gap.empty() || DecidesAtThreshold(MetricOf(rule)); }

  void CompareModel(const GateRule& rule, std::vector<std::string>& phrases) const {
    Compare("model.dataset", "model.dataset", phrases);
    if (Decides(rule)) Compare("model.threshold", "model.threshold", phrases);
    if (rule.worst_slice) Compare("model.slices", "model.slices", phrases);
  }

  void CompareCharter(const GateRule& rule, std::vector<std::string>& phrases) const {
    Compare("charter.objective", "the objective", phrases);
    Compare("charter.prediction.entity", "the entity of the prediction", phrases);
    Compare("charter.prediction.outcome", "the outcome of the prediction", phrases);
    for (const std::string& kpi : KpisOf(rule)) CompareKpi(kpi, phrases);
    if (!rule.metric.empty()) CompareSuccess(rule.metric, phrases);
    if (rule.against == "heuristic") Compare("charter.heuristic", "the heuristic", phrases);
    const bool of_costs = MetricOf(rule) == evaluation::NameOf(Metric::CostPerThousand);
    if (of_costs || (cost_decides_ && Decides(rule))) {
      for (const char* member : {"false_positive", "false_negative", "unit"})
        Compare(std::string("charter.cost.") + member, std::string(member) + " of the cost of errors",
                phrases);
    }
  }

  /// The metric that it measures, also by way of a KPI; "" for none.
  std::string MetricOf(const GateRule& rule) const {
    if (rule.kpi.empty()) return rule.metric;
    const std::string source = Named(At(after_, "charter.kpis"), rule.kpi).Text("source");
    return source.substr(source.find('.') + 1);
  }

  /// The names of the KPIs, of before and of now, that the rule is there for.
  std::vector<std::string> KpisOf(const GateRule& rule) const {
    std::vector<std::string> names;
    if (!rule.kpi.empty()) names.push_back(rule.kpi);
    std::vector<std::string> sources;
    if (!rule.metric.empty()) sources = {"evaluation." + rule.metric, "quality." + rule.metric};
    if (rule.latency_p99_ms) sources = {"serving.latency_p99_ms"};
    for (const Node* side : {&before_, &after_}) {
      const Json kpis = At(*side, "charter.kpis");
      for (const Json& kpi : kpis.items()) {
        const bool meant = std::find(sources.begin(), sources.end(), kpi.Text("source")) != sources.end();
        if (meant && std::find(names.begin(), names.end(), kpi.Text("name")) == names.end())
          names.push_back(kpi.Text("name"));
      }
    }
    return names;
  }

  void CompareKpi(const std::string& name, std::vector<std::string>& phrases) const {
    const Json was = Named(At(before_, "charter.kpis"), name), is = Named(At(after_, "charter.kpis"), name);
    if (was.IsNull() || is.IsNull())
      return phrases.push_back("the KPI '" + name + (was.IsNull() ? "' is new" : "' is gone"));
    for (const char* member : {"source", "comparator", "target"})
      Differ(std::string("the ") + member + " of the KPI '" + name + "'", was.At(member), is.At(member),
             phrases);
  }

  void CompareSuccess(const std::string& metric, std::vector<std::string>& phrases) const {
    const auto criteria = [&](const Node& side) {
      Json list = Json::Array();
      const Json success = At(side, "charter.success");
      for (const Json& one : success.items())
        if (one.Text("metric") == metric) list.Push(one);
      return list;
    };
    const Json was = criteria(before_), is = criteria(after_);
    const std::string what = "success by " + metric;
    if (was.items().size() != 1 || is.items().size() != 1) return Differ(what, was, is, phrases);
    for (const char* member : {"comparator", "target", "than"})
      Differ(std::string("the ") + member + " of " + what, was.items()[0].At(member),
             is.items()[0].At(member), phrases);
  }

  const Node &before_, &after_;
  const bool contract_changed_, cost_decides_;
};

std::string Shown(const Json& value) { return value.IsString() ? value.AsString() : value.Dump(); }

}  // namespace

void Differ(const std::string& what, const Json& was, const Json& is, std::vector<std::string>& phrases) {
  if (was.Canonical() == is.Canonical()) return;
  if (was.IsObject() && is.IsObject()) {
    const std::string inside = what.empty() ? "" : what + ".";
    for (const auto& [key, value] : was.members()) Differ(inside + key, value, is.At(key), phrases);
    for (const auto& [key, value] : is.members())
      if (was.Find(key) == nullptr) Differ(inside + key, Json(), value, phrases);
    return;
  }
  const auto is_short = [](const Json& value) {
    return !value.IsArray() && !value.IsObject() && Shown(value).size() <= kLongestShown;
  };
  if (was.IsNull()) return phrases.push_back(what + (is_short(is) ? " is " + Shown(is) + " now" : " is new"));
  if (is.IsNull()) return phrases.push_back(what + (is_short(was) ? " was " + Shown(was) : "") + " is gone");
  phrases.push_back(
      what + (is_short(was) && is_short(is) ? " was " + Shown(was) + ", is " + Shown(is) : " has changed"));
}

Result<std::vector<GateChange>> GateChangesBetween(const Node& before, const Node& after) {
  const auto gates = CAIRN_TRY(rollout::ParseGates(after));
  const auto was = CAIRN_TRY(rollout::ContractDigest(before, gates.dataset)),
             is = CAIRN_TRY(rollout::ContractDigest(after, gates.dataset));
  const Comparing comparing(before, after, was != is, !gates.threshold.has_value());
  std::vector<GateChange> changes;
  for (const auto& rule : gates.rules) changes.push_back(comparing.Of(rule));
  return changes;
}

}  // namespace cairn::scorecard

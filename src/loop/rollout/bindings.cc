#include "loop/rollout/bindings.h"

#include <algorithm>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/data/specification.h"
#include "loop/evaluation/metrics.h"
#include "loop/rollout/rollout.h"

namespace cairn::rollout {
namespace {

using charter::Kpi;
using charter::Success;

constexpr std::string_view kExamined = "evaluation.", kLive = "quality.";

/// Where `key` of a map stands, or else the map itself.
std::string PlaceOf(const Node& map, std::string_view key) {
  const Node* node = map.Find(key);
  return (node ? *node : map).Where();
}

std::string MetricSuggestion(std::string_view name) {
  std::vector<std::string_view> known;
  for (const auto metric : evaluation::AllMetrics()) known.push_back(evaluation::NameOf(metric));
  return Suggestion(name, known);
}

bool WantsLeast(const std::string& comparator) { return comparator.starts_with('>'); }

/// Whether a gate lets through only what also keeps `target`.
bool Keeps(const std::optional<double>& bound, double target, bool least) {
  return bound && (least ? *bound >= target : *bound <= target);
}

class Binder {
 public:
  Binder(const Node& configuration, charter::Charter charter, Gates gates,
         std::vector<data::Specification> data)
      : configuration_(configuration),
        charter_(std::move(charter)),
        gates_(std::move(gates)),
        data_(std::move(data)) {}

  std::vector<charter::Finding> Run() {
    const Node* section = configuration_.Find("charter");
    if (!section || !section->IsMap()) return {};
    section_ = section;
    CheckOutcome();
    CheckWait();
    for (std::size_t i = 0; i < charter_.kpis.size(); ++i)
      CheckSource(charter_.kpis[i], section_->Find("kpis")->items()[i]);
    for (std::size_t i = 0; i < charter_.success.size(); ++i)
      CheckSuccess(charter_.success[i], section_->Find("success")->items()[i]);
    CheckHeuristic();
    return std::move(findings_);
  }

 private:
  /// The data set of the model; null when the model names none.
  const data::Specification* Dataset() const {
    const auto found =
        std::find_if(data_.begin(), data_.end(), [&](const auto& one) { return one.name == gates_.dataset; });
    return found == data_.end() ? nullptr : &*found;
  }

  void CheckOutcome() {
    if (charter_.outcome.empty()) return;
    const Node& place = *section_->FindPath("prediction.outcome");
    const auto find = [&](const std::string& problem) {
      findings_.push_back({"prediction.outcome", "is '" + charter_.outcome + "', " + problem, place.Where()});
    };
    if (const auto* dataset = Dataset()) {
      if (dataset->target == charter_.outcome) return;
      return find(dataset->target.empty() ? "and the data set '" + dataset->name +
                                                "' names no target: write 'target: " + charter_.outcome + "'"
                                          : "but the target of the data set '" + dataset->name + "' is '" +
                                                dataset->target + "'");
    }
    const bool any = std::any_of(data_.begin(), data_.end(),
                                 [&](const auto& one) { return one.target == charter_.outcome; });
    if (!any) find("which is the target of no data set in 'data'");
  }

  void CheckWait() {
    if (charter_.wait.empty() || AnyMonitorOf("")) return;
    findings_.push_back({"prediction.wait",
                         "is kept by nothing: no monitor watches the quality of live answers",
                         section_->FindPath("prediction.wait")->Where()});
  }

  /// Whether a monitor watches this metric on live traffic; any for "".
  bool AnyMonitorOf(std::string_view metric) const {
    const Node* monitors = configuration_.Find("monitors");
    if (!monitors) return false;
    return std::any_of(monitors->items().begin(), monitors->items().end(), [&](const Node& monitor) {
      const std::string quality = TextAtPath(monitor, "quality");
      return metric.empty() ? !quality.empty() : quality == metric;
    });
  }

  void CheckSource(const Kpi& kpi, const Node& item) {
    const bool examined = kpi.source.starts_with(kExamined);
    if (!examined && !kpi.source.starts_with(kLive)) return;
    const std::string metric = kpi.source.substr(kpi.source.find('.') + 1);
    const auto find = [&](const std::string& problem) {
      findings_.push_back(
          {"kpis." + kpi.name + ".source", "is '" + kpi.source + "', " + problem, PlaceOf(item, "source")});
    };
    const auto known = evaluation::MetricNamed(metric);
    if (!known) return find("and '" + metric + "' is no metric." + MetricSuggestion(metric));
    if (examined && gates_.model.empty())
      return find("but nothing is examined: the section 'model' says what");
    if (examined &&
        evaluation::IsRegression(*known) != evaluation::IsRegression(*evaluation::MetricNamed(gates_.metric)))
      return find("which does not fit the model's metric '" + gates_.metric +
                  "': one is of classes, the other of numbers");
    if (!examined && !AnyMonitorOf(metric))
      return find("but no monitor measures it: write one with 'quality: " + metric + "' under 'monitors'");
  }

  void CheckSuccess(const Success& success, const Node& item) {
    if (success.metric.empty() || success.comparator.empty()) return;
    const auto find = [&](std::string_view key, const std::string& problem) {
      findings_.push_back(
          {"success." + success.metric + "." + std::string(key), problem, PlaceOf(item, key)});
    };
    const auto metric = evaluation::MetricNamed(success.metric);
    if (!metric)
      return find("metric",
                  "is '" + success.metric + "', which is no metric." + MetricSuggestion(success.metric));
    if (success.than == "heuristic") {
      if (WantsLeast(success.comparator) != evaluation::HigherIsBetter(*metric))
        return find("comparator", "asks for a worse " + success.metric + " than the heuristic's");
      if (!AnyGate([&](const GateRule& rule) {
            return rule.metric == success.metric && rule.against == "heuristic" && rule.margin == 0;
          }))
        find("metric", "is checked by no gate: write {name: …, metric: " + success.metric +
                           ", against: heuristic} under 'gates.rules'");
      return;
    }
    if (success.target) CheckTarget(success, find);
  }

  template <class Find>
  void CheckTarget(const Success& success, const Find& find) {
    const bool least = WantsLeast(success.comparator);
    const std::string wanted = success.comparator + " " + ShortestText(*success.target);
    bool laxer = false;
    const bool kept = AnyGate([&](const GateRule& rule) {
      if (rule.worst_slice || !rule.against.empty()) return false;
      const Kpi* kpi = rule.kpi.empty() ? nullptr : charter_.FindKpi(rule.kpi);
      const std::string metric = kpi ? kpi->source : std::string(kExamined) + rule.metric;
      if (metric != std::string(kExamined) + success.metric) return false;
      const auto bound = kpi ? (WantsLeast(kpi->comparator) == least ? kpi->target : std::nullopt)
                             : (least ? rule.min : rule.max);
      laxer = laxer || bound;
      return Keeps(bound, *success.target, least);
    });
    if (kept) return;
    find("metric", laxer ? "must be " + wanted + ", and the gates on it let less through"
                         : "is checked by no gate: write {name: …, metric: " + success.metric + ", " +
                               (least ? "min: " : "max: ") + ShortestText(*success.target) +
                               "} under 'gates.rules'");
  }

  template <class Fits>
  bool AnyGate(const Fits& fits) const {
    // Each is asked, so that what a laxer one says is not missed.
    return std::count_if(gates_.rules.begin(), gates_.rules.end(), fits) > 0;
  }

  void CheckHeuristic() {
    const auto* dataset = Dataset();
    if (!charter_.heuristic || !dataset || dataset->contract.columns.empty()) return;
    for (const auto& column : charter_.heuristic->columns()) {
      const auto* rule = dataset->contract.Find(column);
      if (rule && rule->serving) continue;
      findings_.push_back({"heuristic",
                           "reads the column '" + column + "', which " +
                               (rule ? "requests do not carry (serving: false)"
                                     : "the contract of '" + dataset->name + "' does not list"),
                           section_->Find("heuristic")->Where()});
    }
  }

  const Node& configuration_;
  const charter::Charter charter_;
  const Gates gates_;
  const std::vector<data::Specification> data_;
  const Node* section_ = nullptr;
  std::vector<charter::Finding> findings_;
};

}  // namespace

Result<std::vector<charter::Finding>> UnboundIn(const Node& configuration) {
  auto charter = CAIRN_TRY(charter::Parse(configuration));
  auto gates = CAIRN_TRY(ParseGates(configuration));
  auto data = CAIRN_TRY(data::ParseSpecifications(configuration));
  return Binder(configuration, std::move(charter), std::move(gates), std::move(data)).Run();
}

}  // namespace cairn::rollout

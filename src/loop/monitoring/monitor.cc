#include <algorithm>
#include <array>

#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"
#include "loop/data/specification.h"
#include "loop/evaluation/metrics.h"
#include "loop/monitoring/monitoring.h"

namespace cairn::monitoring {
namespace {

constexpr std::array<std::string_view, 5> kStatistics{"psi", "ks", "chi_square", "jensen_shannon",
                                                      "wasserstein"};

/// What a monitor may speak about.
struct Surroundings {
  charter::Charter charter;
  contract::Contract contract;
};

Error At(const Node& node, const std::string& problem) {
  return {Reason::InvalidArgument, node.Where() + ": " + problem};
}

Result<Surroundings> Read(const Node& configuration) {
  Surroundings around;
  around.charter = CAIRN_TRY(charter::Parse(configuration));
  const Node* dataset = configuration.FindPath("model.dataset");
  for (const auto& specification : CAIRN_TRY(data::ParseSpecifications(configuration))) {
    if (dataset == nullptr || specification.name == dataset->text()) {
      around.contract = specification.contract;
      break;
    }
  }
  return around;
}

Result<double> Number(const Node& node, std::string_view name) {
  const Json value = node.ToJson();
  if (!value.IsNumber()) return At(node, "'" + std::string(name) + "' of a monitor must be a number");
  return value.AsDouble();
}

Result<> CheckColumn(const Node& place, const Monitor& monitor, const std::string& column,
                     const contract::Contract& contract) {
  if (column == "prediction") {
    if (monitor.drift == "chi_square")
      return At(
          place,
          "chi_square compares categories or bins of a column, not predictions: take ks or jensen_shannon");
    return Done{};
  }
  const contract::ColumnRule* rule = contract.Find(column);
  if (rule == nullptr) {
    std::vector<std::string_view> known{"prediction"};
    for (const auto& one : contract.columns) known.push_back(one.name);
    return At(place, "the contract of the model's data set has no column '" + column + "'." +
                         Suggestion(column, known));
  }
  if (!rule->serving)
    return At(place, "requests do not carry '" + column + "' (serving: false), so there is nothing to watch");
  if (rule->type == contract::ColumnType::Timestamp)
    return At(place, "'" + column + "' is a time, and time always drifts: watch another column");
  const bool number =
      rule->type == contract::ColumnType::Integer || rule->type == contract::ColumnType::Number;
  if (!number && (monitor.drift == "ks" || monitor.drift == "wasserstein")) {
    return At(place, monitor.drift + " compares numbers, and '" + column + "' is of type " +
                         std::string(NameOf(rule->type)) + ": take psi, jensen_shannon or chi_square");
  }
  return Done{};
}

Result<> ReadSubject(const Node& node, const contract::Contract& contract, Monitor& monitor) {
  const Node *quality = node.Find("quality"), *drift = node.Find("drift"), *columns = node.Find("columns");
  if ((quality == nullptr) == (drift == nullptr))
    return At(node, "a monitor watches either 'quality: METRIC' or 'drift: STATISTIC'");
  if (quality != nullptr) {
    monitor.quality = quality->text();
    if (const auto metric = evaluation::MetricNamed(monitor.quality); !metric)
      return At(*quality, metric.error().message);
    if (columns != nullptr)
      return At(*columns, "'columns' belongs to drift; quality is about predictions and labels");
    return Done{};
  }
  monitor.drift = drift->text();
  if (std::find(kStatistics.begin(), kStatistics.end(), monitor.drift) == kStatistics.end()) {
    return At(*drift, "there is no drift statistic '" + monitor.drift +
                          "': psi, ks, chi_square, jensen_shannon or wasserstein." +
                          Suggestion(monitor.drift, kStatistics));
  }
  if (columns == nullptr || !columns->IsList() || columns->items().empty())
    return At(node, "a drift monitor needs 'columns: [NAME, …]'");
  for (const Node& column : columns->items()) {
    CAIRN_TRY(CheckColumn(column, monitor, column.text(), contract));
    if (std::find(monitor.columns.begin(), monitor.columns.end(), column.text()) != monitor.columns.end())
      return At(column, "the column '" + column.text() + "' stands twice");
    monitor.columns.push_back(column.text());
  }
  return Done{};
}

Result<> ReadBound(const Node& node, Monitor& monitor) {
  const Node *above = node.Find("above"), *below = node.Find("below");
  if ((above == nullptr) == (below == nullptr))
    return At(node, "a monitor needs one bound: 'above: NUMBER' or 'below: NUMBER'");
  if (above != nullptr) monitor.above = CAIRN_TRY(Number(*above, "above"));
  if (below != nullptr) monitor.below = CAIRN_TRY(Number(*below, "below"));
  if (below != nullptr && !monitor.drift.empty() && monitor.drift != "chi_square") {
    return At(*below, monitor.drift + " grows with drift, so its bound is 'above'");
  }
  return Done{};
}

Result<Monitor> ReadMonitor(const Node& node, const Surroundings& around) {
  if (!node.IsMap())
    return At(node, "a monitor is a map: {name, protects, quality or drift, window, above or below}");
  CAIRN_TRY(node.OnlyKeys(
      {"name", "protects", "quality", "drift", "columns", "window", "min_rows", "above", "below"}));
  Monitor monitor;
  const Node *name = node.Find("name"), *protects = node.Find("protects"), *window = node.Find("window");
  if (name == nullptr || name->text().empty()) return At(node, "a monitor needs a 'name'");
  monitor.name = name->text();
  if (protects == nullptr) return At(node, "the monitor '" + monitor.name + "' needs 'protects: KPI'");
  monitor.protects = protects->text();
  if (around.charter.FindKpi(monitor.protects) == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& kpi : around.charter.kpis) known.push_back(kpi.name);
    return At(*protects,
              "the charter has no KPI '" + monitor.protects + "'." + Suggestion(monitor.protects, known));
  }
  if (window == nullptr) return At(node, "the monitor '" + monitor.name + "' needs a 'window', such as 7d");
  const auto length = charter::ParseDuration(window->text());
  if (!length || *length <= 0) return At(*window, "'window' must be a duration such as 6h or 7d");
  monitor.window_ms = *length;
  if (const Node* rows = node.Find("min_rows"); rows != nullptr) {
    const Json value = rows->ToJson();
    if (!value.IsInt() || value.AsInt() < 1)
      return At(*rows, "'min_rows' must be a whole number of at least 1");
    monitor.min_rows = value.AsInt();
  }
  CAIRN_TRY(ReadSubject(node, around.contract, monitor));
  CAIRN_TRY(ReadBound(node, monitor));
  return monitor;
}

}  // namespace

Result<std::vector<Monitor>> ParseMonitors(const Node& configuration) {
  std::vector<Monitor> monitors;
  const Node* section = configuration.Find("monitors");
  if (section == nullptr || section->IsNull()) return monitors;
  if (!section->IsList()) return At(*section, "'monitors' must be a list");
  const auto around = CAIRN_TRY(Read(configuration));
  for (const Node& node : section->items()) {
    Monitor monitor = CAIRN_TRY(ReadMonitor(node, around));
    for (const Monitor& other : monitors) {
      if (other.name == monitor.name) return At(node, "there are two monitors named '" + monitor.name + "'");
    }
    monitors.push_back(std::move(monitor));
  }
  return monitors;
}

}  // namespace cairn::monitoring

#include "loop/evaluation/feasibility.h"

#include <cmath>
#include <cstdio>

#include "loop/evaluation/signal.h"

namespace cairn::evaluation {
namespace {

bool IsInput(const tables::Column& column, const data::Specification& specification) {
  if (column.name() == specification.target || column.type() == tables::Type::Time) return false;
  const contract::ColumnRule* rule = specification.contract.Find(column.name());
  // A contract that lists columns also says which of them requests carry.
  return rule ? rule->serving : specification.contract.columns.empty();
}

FeatureColumn FeatureOf(const tables::Column& column) {
  FeatureColumn feature;
  feature.name = column.name();
  for (std::size_t row = 0; row < column.rows(); ++row) {
    if (column.type() == tables::Type::Text)
      feature.categories.push_back(column.Text(row));
    else
      feature.numbers.push_back(column.IsNull(row) ? std::nan("") : column.Double(row));
  }
  return feature;
}

std::string Shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

}  // namespace

Result<charter::Verdict> JudgeFeasibility(tables::Engine& engine,
                                          const std::vector<std::string>& training_files,
                                          const data::Specification& specification,
                                          const std::optional<charter::Heuristic>& heuristic, Task task) {
  const SignalSettings settings;
  const TestRows rows = CAIRN_TRY(ReadRows(engine, training_files, specification, task, settings.most_rows));
  std::vector<FeatureColumn> features;
  for (const tables::Column& column : rows.table.columns()) {
    if (IsInput(column, specification)) features.push_back(FeatureOf(column));
  }
  std::vector<double> scores;
  if (heuristic) scores = CAIRN_TRY(ScoreByRule(*heuristic, rows.table));
  const SignalVerdict signal = CAIRN_TRY(FindSignal(features, rows.labels, scores, settings));
  charter::Verdict verdict;
  verdict.dataset = specification.name;
  verdict.go = signal.go;
  verdict.p_value = signal.p_value;
  verdict.reason = signal.reason;
  verdict.report = signal.details;
  verdict.report.Set("available", rows.available);
  if (heuristic) {
    const Json& against = signal.details.At("heuristic");
    verdict.heuristic = against.Double("heuristic");
    verdict.probe = against.Double("probe");
    while (verdict.reason.ends_with('.')) verdict.reason.pop_back();
    verdict.reason += "; " + against.Text("metric") + " of the probe " + Shown(verdict.probe) +
                      ", of the heuristic " + Shown(verdict.heuristic);
  }
  return verdict;
}

}  // namespace cairn::evaluation

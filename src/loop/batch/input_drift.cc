#include "loop/batch/input_drift.h"

#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/comparison/histogram.h"

namespace cairn::batch {
namespace {

using runtime::Features;

/// The values that there are, as numbers; none of texts.
std::vector<double> NumbersIn(const Features::Column& column) {
  std::vector<double> numbers;
  numbers.reserve(column.rows());
  const auto add = [&](const auto& values) {
    for (std::size_t row = 0; row < values.size(); ++row)
      if (!column.IsNull(row)) numbers.push_back(static_cast<double>(values[row]));
  };
  if (const auto* wholes = std::get_if<Features::Wholes>(&column.values)) {
    add(*wholes);
  } else if (const auto* given = std::get_if<Features::Numbers>(&column.values)) {
    add(*given);
  }
  std::erase_if(numbers, [](double value) { return !std::isfinite(value); });
  return numbers;
}

/// Calls `take` with each value that there is, as a profile names levels.
template <class Take>
void EachLevel(const Features::Column& column, bool truths, const Take& take) {
  if (const auto* texts = std::get_if<Features::Texts>(&column.values)) {
    for (std::size_t row = 0; row < texts->size(); ++row)
      if (!column.IsNull(row)) take((*texts)[row]);
    return;
  }
  for (const double value : NumbersIn(column))
    take(truths ? std::string(value != 0 ? "true" : "false") : ShortestText(value));
}

}  // namespace

Result<InputDrift> InputDrift::Against(const Json& columns) {
  InputDrift drift;
  for (const auto& [name, about] : columns.members()) {
    auto reference = CAIRN_TRY(monitoring::Reference::Of(about));
    if (!reference) continue;
    Column column{*std::move(reference), {}};
    for (const auto& [level, rows] : column.reference.levels())
      column.levels.emplace(level, column.levels.size());
    drift.columns_.emplace(name, std::move(column));
  }
  return drift;
}

InputDrift::Counts InputDrift::Count(const Features& rows) const {
  Counts counts;
  for (const auto& values : rows.columns()) {
    const auto found = columns_.find(values.name);
    if (found == columns_.end()) continue;
    const Column& column = found->second;
    auto& counted = counts[values.name];
    std::int64_t there = 0;
    if (column.reference.IsNumber()) {
      const auto numbers = NumbersIn(values);
      counted.bins = comparison::CountOver(column.reference.edges(), numbers, comparison::Outside::ToEndBins);
      there = static_cast<std::int64_t>(numbers.size());
    } else {
      counted.bins.resize(column.levels.size() + 1);
      const bool truths = column.levels.contains("true") || column.levels.contains("false");
      EachLevel(values, truths, [&](const std::string& level) {
        const auto place = column.levels.find(level);
        ++counted.bins[place == column.levels.end() ? column.levels.size() : place->second];
        ++there;
      });
    }
    counted.missing = static_cast<std::int64_t>(values.rows()) - there;
  }
  return counts;
}

void InputDrift::Add(Counts& sum, const Counts& more) {
  for (const auto& [name, counted] : more) {
    auto& all = sum[name];
    all.bins.resize(std::max(all.bins.size(), counted.bins.size()));
    for (std::size_t i = 0; i < counted.bins.size(); ++i) all.bins[i] += counted.bins[i];
    all.missing += counted.missing;
  }
}

Json InputDrift::ToJson(const Counts& counts) {
  Json object = Json::Object();
  for (const auto& [name, counted] : counts) {
    Json bins = Json::Array();
    for (const auto rows : counted.bins) bins.Push(rows);
    object.Set(name, Json{{"bins", std::move(bins)}, {"missing", counted.missing}});
  }
  return object;
}

InputDrift::Counts InputDrift::FromJson(const Json& counts) {
  Counts read;
  for (const auto& [name, counted] : counts.members()) {
    auto& column = read[name];
    for (const Json& rows : counted.At("bins").items())
      column.bins.push_back(rows.IsInt() ? rows.AsInt() : 0);
    column.missing = counted.Int("missing");
  }
  return read;
}

Json InputDrift::Report(const Counts& counts) const {
  struct Found {
    std::string column;
    std::optional<double> psi;
    double missing;
  };
  std::vector<Found> all;
  for (const auto& [name, counted] : counts) {
    const auto column = columns_.find(name);
    if (column == columns_.end()) continue;
    std::int64_t rows = counted.missing;
    for (const auto count : counted.bins) rows += count;
    const auto psi =
        column->second.reference.CompareCounted("psi", monitoring::Figure::Statistic, counted.bins);
    all.push_back(
        {name, psi ? std::optional(*psi) : std::nullopt,
         static_cast<double>(counted.missing) / static_cast<double>(std::max<std::int64_t>(rows, 1))});
  }
  std::stable_sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return !a.psi ? b.psi.has_value() : b.psi && *a.psi > *b.psi;
  });
  Json columns = Json::Array(), largest;
  std::string farthest;
  for (const auto& [name, psi, missing] : all) {
    columns.Push(Json{{"column", name}, {"psi", psi ? Json(*psi) : Json()}, {"missing", missing}});
    if (!psi || !largest.IsNull()) continue;
    largest = Json(*psi);
    farthest = name;
  }
  return Json{{"statistic", "psi"},
              {"columns", std::move(columns)},
              {"largest", std::move(largest)},
              {"column", farthest}};
}

std::optional<std::string> BeyondLimit(const Json& report, double limit) {
  for (const Json& column : report.At("columns").items())
    if (column.At("psi").IsNull())
      return "the column '" + column.Text("column") + "' has no value in any row, and had some in training";
  const Json& largest = report.At("largest");
  if (!largest.IsNumber() || largest.AsDouble() <= limit) return std::nullopt;
  return "the column '" + report.Text("column") + "' has a PSI of " + ShortestText(largest.AsDouble()) +
         " against the training data, and at most " + ShortestText(limit) + " is allowed";
}

}  // namespace cairn::batch

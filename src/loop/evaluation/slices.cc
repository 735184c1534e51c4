#include "loop/evaluation/slices.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

namespace cairn::evaluation {
namespace {

std::vector<double> Picked(std::span<const double> from, const std::vector<std::uint32_t>& rows) {
  std::vector<double> picked(rows.size());
  std::transform(rows.begin(), rows.end(), picked.begin(), [&](std::uint32_t row) { return from[row]; });
  return picked;
}

}  // namespace

Result<std::vector<SliceRows>> RowsByValue(const SliceColumn& column, std::size_t rows,
                                           std::size_t most_values) {
  if (column.values.size() != rows) {
    return Error{Reason::InvalidArgument, "the slice column '" + column.name + "' has " +
                                              std::to_string(column.values.size()) + " values for " +
                                              std::to_string(rows) + " rows; give one value for each row"};
  }
  std::map<std::string_view, std::vector<std::uint32_t>> by_value;
  for (std::size_t i = 0; i < rows; ++i) by_value[column.values[i]].push_back(static_cast<std::uint32_t>(i));
  std::vector<SliceRows> slices;
  for (auto& [value, members] : by_value) slices.push_back({std::string(value), std::move(members)});
  std::stable_sort(slices.begin(), slices.end(),
                   [](const SliceRows& a, const SliceRows& b) { return a.rows.size() > b.rows.size(); });
  if (slices.size() > most_values) slices.resize(most_values);
  return slices;
}

Result<std::vector<Slice>> SlicesOf(Metric metric, Sample sample, std::span<const SliceColumn> columns,
                                    const MetricSettings& settings, const SliceSettings& slicing) {
  std::vector<Slice> slices;
  for (const SliceColumn& column : columns) {
    for (SliceRows& group : CAIRN_TRY(RowsByValue(column, sample.labels.size(), slicing.most_values))) {
      const std::vector<double> labels = Picked(sample.labels, group.rows);
      const std::vector<double> scores = Picked(sample.scores, group.rows);
      const Measure measure = CAIRN_TRY(Measure::Of(metric, {labels, scores}, settings));
      Slice slice{
          column.name, std::move(group.value), static_cast<std::int64_t>(labels.size()), measure.Value(), {},
          false};
      slice.judged = slice.rows >= slicing.minimum_rows && !std::isnan(slice.metric);
      if (slice.judged) {
        if (auto interval = IntervalOf(measure, slicing.bootstrap)) slice.interval = *std::move(interval);
      }
      slices.push_back(std::move(slice));
    }
  }
  return slices;
}

double BadEndOf(Metric metric, const Interval& interval) {
  return HigherIsBetter(metric) ? interval.low : interval.high;
}

const Slice* WorstOf(Metric metric, std::span<const Slice> slices, WorstBy by) {
  const bool higher = HigherIsBetter(metric);
  const double unknown = (higher ? -1 : 1) * std::numeric_limits<double>::infinity();
  const auto figure = [&](const Slice& slice) {
    if (by == WorstBy::Value) return slice.metric;
    return slice.interval ? BadEndOf(metric, *slice.interval) : unknown;
  };
  const Slice* worst = nullptr;
  for (const Slice& slice : slices) {
    if (!slice.judged) continue;
    const bool worse =
        worst == nullptr || (higher ? figure(slice) < figure(*worst) : figure(slice) > figure(*worst));
    if (worse) worst = &slice;
  }
  return worst;
}

}  // namespace cairn::evaluation

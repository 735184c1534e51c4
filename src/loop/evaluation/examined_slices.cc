#include <algorithm>
#include <cmath>

#include "loop/evaluation/examination.h"
#include "loop/evaluation/statistics/parity_sheet.h"
#include "loop/evaluation/statistics/resampling.h"

namespace cairn::evaluation {
namespace {

/// An interval that is to hold beside `others` of its kind.
Interval Stretched(Interval interval, std::size_t intervals) {
  const double tail = (1 - interval.confidence) / 2;
  const double factor = NormalQuantile(tail / static_cast<double>(intervals)) / NormalQuantile(tail);
  interval.low = interval.value - factor * (interval.value - interval.low);
  interval.high = interval.value + factor * (interval.high - interval.value);
  return interval;
}

std::vector<double> Picked(std::span<const double> from, const std::vector<std::uint32_t>& rows) {
  std::vector<double> picked;
  for (const std::uint32_t row : rows) picked.push_back(from[row]);
  return picked;
}

}  // namespace

std::vector<std::string_view> GapNames() {
  return {"demographic_parity_difference", "disparate_impact", "equal_opportunity_difference",
          "equalized_odds_difference", "calibration_gap"};
}

Result<std::optional<Examination::SliceGain>> Examination::WorstSliceGainOf(std::string_view name,
                                                                            std::string_view against,
                                                                            Metric metric,
                                                                            std::int64_t least_rows,
                                                                            WorstBy by) const {
  const Entry &mine = *CAIRN_TRY(Named(name)), &theirs = *CAIRN_TRY(Named(against));
  std::vector<SliceGain> gains;
  for (const SliceColumn& column : Columns()) {
    for (const SliceRows& slice :
         CAIRN_TRY(RowsByValue(column, rows_->labels.size(), Slicing(1).most_values))) {
      const auto rows = static_cast<std::int64_t>(slice.rows.size());
      if (rows < least_rows) continue;
      const auto labels = Picked(rows_->labels, slice.rows),
                 ours = Picked(mine.contestant.scores, slice.rows),
                 others = Picked(theirs.contestant.scores, slice.rows);
      const Measure a = CAIRN_TRY(Measure::Of(metric, {labels, ours}, mine.settings)),
                    b = CAIRN_TRY(Measure::Of(metric, {labels, others}, theirs.settings));
      const auto gain = DifferenceInterval(a, b, Bootstrap(1));
      // Where the metric is not defined (a class is missing), nothing can be said.
      if (!gain || !std::isfinite(gain->value)) continue;
      gains.push_back({column.name, slice.value, rows, 0, Turned(*gain, HigherIsBetter(metric))});
    }
  }
  for (SliceGain& one : gains) {
    one.gain = Stretched(one.gain, gains.size());
    one.slices = gains.size();
  }
  // What is surest to be worse, or what is worst as measured.
  const auto worst = std::ranges::min_element(gains, {}, [by](const SliceGain& one) {
    return by == WorstBy::BadEnd ? one.gain.high : one.gain.value;
  });
  return worst == gains.end() ? std::optional<SliceGain>() : *worst;
}

Result<Interval> Examination::GapOf(std::string_view name, std::string_view gap, std::string_view column,
                                    std::int64_t least_rows) const {
  const Entry& entry = *CAIRN_TRY(Named(name));
  const auto columns = Columns();
  const auto chosen = std::ranges::find(columns, column, &SliceColumn::name);
  if (chosen == columns.end())
    return Error{Reason::InvalidArgument, "'" + std::string(column) + "' is none of the slices' columns"};
  std::vector<double> labels, decided, scores;
  std::vector<std::uint32_t> group;
  std::size_t groups = 0;
  for (const SliceRows& slice : CAIRN_TRY(RowsByValue(*chosen, rows_->labels.size(), rows_->labels.size()))) {
    if (static_cast<std::int64_t>(slice.rows.size()) < least_rows) continue;
    for (const std::uint32_t row : slice.rows) {
      labels.push_back(rows_->labels[row]);
      scores.push_back(entry.contestant.scores[row]);
      decided.push_back(scores.back() >= entry.settings.threshold ? 1 : 0);
      group.push_back(static_cast<std::uint32_t>(groups));
    }
    ++groups;
  }
  if (groups < 2) {
    return Error{Reason::Unprocessable, "fewer than two groups of '" + std::string(column) + "' have the " +
                                            std::to_string(least_rows) +
                                            " rows that are needed to compare them"};
  }
  const auto sheet = CAIRN_TRY(ParitySheet::Of({groups, group, labels, decided, scores}));
  const auto place = std::ranges::find(sheet->figures(), gap, &Figure::name) - sheet->figures().begin();
  if (place == static_cast<std::ptrdiff_t>(sheet->figures().size()))
    return Error{Reason::InvalidArgument, "there is no gap '" + std::string(gap) + "'"};
  const auto estimates = CAIRN_TRY(EstimatesOf(*sheet, {}, {.replicates = Bootstrap(1).replicates}));
  const Estimate& estimate = estimates[static_cast<std::size_t>(place)];
  return Interval{estimate.value, estimate.low, estimate.high, 0.95, estimate.undefined};
}

}  // namespace cairn::evaluation

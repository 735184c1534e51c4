#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/evaluation/bootstrap.h"
#include "loop/evaluation/metrics.h"

namespace cairn::evaluation {

/// A column by whose values rows are told apart; one value for each row, borrowed.
struct SliceColumn {
  std::string name;
  std::span<const std::string> values;
};

struct SliceSettings {
  std::int64_t minimum_rows =
      30;                        ///< Smaller slices are listed, but have no interval and are never the worst.
  std::size_t most_values = 50;  ///< Per column; of the rest, the rarest are left out.
  BootstrapSettings bootstrap;
};

struct Slice {
  std::string column;
  std::string value;
  std::int64_t rows = 0;
  double metric = 0;                 ///< NaN where undefined (a class missing).
  std::optional<Interval> interval;  ///< Absent for small slices and undefined metrics.
  bool judged = false;               ///< Large enough, and the metric is defined.
};

/// The metric on each value of each column, columns in order, most rows first. InvalidArgument when a column
/// has another number of values than the sample has rows.
Result<std::vector<Slice>> SlicesOf(Metric metric, Sample sample, std::span<const SliceColumn> columns,
                                    const MetricSettings& settings, const SliceSettings& slicing);

/// By what slices are ranked: the metric's value, or the bad end of its interval, which a slice of few rows
/// has further out.
enum class WorstBy { Value, BadEnd };
/// The end of the interval that is worse for the metric.
double BadEndOf(Metric metric, const Interval& interval);
/// The worst of the judged slices; null when none is judged. Ties: the first. By the bad end, one without an
/// interval is the worst.
const Slice* WorstOf(Metric metric, std::span<const Slice> slices, WorstBy by = WorstBy::Value);

/// The gaps between groups that can be measured, "demographic_parity_difference" …
/// (statistics/parity_sheet.h).
std::vector<std::string_view> GapNames();

/// Row numbers of each value, most rows first, equal numbers by value.
struct SliceRows {
  std::string value;
  std::vector<std::uint32_t> rows;
};
Result<std::vector<SliceRows>> RowsByValue(const SliceColumn& column, std::size_t rows,
                                           std::size_t most_values);

}  // namespace cairn::evaluation

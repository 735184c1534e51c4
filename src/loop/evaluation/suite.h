#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/evaluation/metrics.h"
#include "loop/evaluation/slices.h"

namespace cairn::evaluation {

/// Everything that is said about predictions beside their truth, whoever made them: figures with intervals,
/// curves, calibration, residuals, slices, gaps between groups, cost. Arrays in, JSON out; safe from any
/// thread. The figures are defined in statistics/binary_sheet.h, class_sheet.h, number_sheet.h and
/// parity_sheet.h, the intervals in statistics/resampling.h.

enum class Suite { Classification, Regression, Forecasting };
std::string_view NameOf(Suite suite);  ///< "classification", "regression", "forecasting"
Result<Suite> SuiteNamed(std::string_view name);

/// What was the case, row by row.
struct Truth {
  std::vector<std::string> classes;     ///< Of a classification; of two, the second is the positive one.
  std::vector<std::uint32_t> labels;    ///< Of a classification: places in `classes`.
  std::vector<double> numbers;          ///< Of the other suites.
  std::vector<std::uint32_t> in_time;   ///< Rows in the order of time; empty where no time is known.
  std::vector<std::string> times = {};  ///< Of each row, as shown; beside `in_time`.

  std::size_t rows() const { return labels.empty() ? numbers.size() : labels.size(); }
  bool binary() const { return classes.size() == 2; }
};

/// What was predicted for the same rows.
struct Answers {
  /// Of two classes: one number a row, the chance of the positive one. Of more: one for each class, row by
  /// row. Empty where only decisions are known.
  std::vector<double> chances;
  std::vector<std::uint32_t> decided;  ///< Places in Truth::classes; of two classes with chances: not read.
  std::vector<double> numbers;
  struct Quantile {
    double level = 0.5;
    std::vector<double> values;
  };
  std::vector<Quantile> quantiles = {};
};

struct SuiteSettings {
  Suite suite = Suite::Classification;
  std::string metric;      ///< The figure that counts; "" chooses (ChosenMetric).
  double threshold = 0.5;  ///< Of two classes.
  std::optional<CostMatrix> cost;
  std::string cost_unit;
  int replicates = 0;  ///< 0: 1,000, and 200 beyond 200,000 rows.
  double confidence = 0.95;
  std::uint64_t seed = 1;
  bool bca = true;  ///< Else the plain percentiles of the replicates.
  int threads = 0;
  std::int64_t minimum_rows = 30;  ///< Smaller slices are listed, but not judged.
  std::size_t season = 1;          ///< Of a forecast, in rows.
};

/// "log_loss" with chances and "balanced_accuracy" without; "rmse"; "mase".
std::string ChosenMetric(const Truth& truth, const Answers& answers, const SuiteSettings& settings);

/// The figures alone, without intervals: [{"name", "value", "higher_is_better"}]. Errors of the sheets.
Result<Json> FiguresOf(const Truth& truth, const Answers& answers, const SuiteSettings& settings);

/// {"suite", "task", "rows", "classes", "metric", "higher_is_better", "value", "low", "high",
///  "figures": [{"name", "value", "low", "high", "standard_error", "undefined", "higher_is_better"}],
///  "intervals": {"ends", "confidence", "replicates", "drawn_by", "seed"},
///  of classes "confusion": {"classes", "counts"}, of several with chances "roc_by_class" (the first eight,
///  each against the rest) and "calibration" (of the first choice), of two with chances "threshold", "roc",
///  "precision_recall", "calibration", "scores", "cost"; of numbers "residuals"; in time "windows"; "slices":
///  [{"column", "value", "rows", "judged", "figures", "rest", "p_value", "adjusted_p_value", "worse"}],
///  "fairness": [{"column", "groups", "figures"}]}.
/// A slice is `worse` when the figure that counts is worse on it than on the other rows, sure by Holm's
/// adjustment over all slices at 1 - confidence. Errors: InvalidArgument for a metric that the task has not
/// and columns of another length; those of the sheets.
Result<Json> RunSuite(const Truth& truth, const Answers& answers, std::span<const SliceColumn> slices,
                      std::span<const SliceColumn> groups, const SuiteSettings& settings);

}  // namespace cairn::evaluation

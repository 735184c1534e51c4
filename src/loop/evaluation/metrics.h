#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::evaluation {

/// How good predictions are, as scikit-learn counts it. Binary labels are 0 or 1 and scores are probabilities
/// of 1; a row is decided 1 when its score is at least the threshold. Regression takes any finite numbers.
/// Pure, safe from any thread.

enum class Metric {
  LogLoss,  ///< Scores are kept at least 2^-52 away from 0 and 1.
  Brier,
  RocAuc,            ///< Ties count one half. Undefined (NaN) when one class is absent.
  AveragePrecision,  ///< Step-wise, distinct scores as thresholds. Undefined without positive rows.
  Accuracy,
  Precision,  ///< 0 when nothing is decided 1.
  Recall,     ///< 0 when nothing is 1.
  F1,
  BalancedAccuracy,  ///< Mean recall of the classes that occur.
  Specificity,       ///< 0 when nothing is 0.
  Mcc,               ///< Matthews' correlation; 0 when labels or decisions are constant.
  CalibrationError,  ///< Expected calibration error over equal-width bins.
  CostPerThousand,   ///< Expected cost per 1,000 decisions at the threshold.
  Rmse,
  Mae,
  R2,  ///< For constant labels 1 when all are met, else 0.
  MedianAbsoluteError,
  Mape,   ///< A share: |label - score| over |label|, which is kept 2^-52 away from 0.
  Smape,  ///< 2 |label - score| / (|label| + |score|), 0 where both are 0.
};

/// "log_loss", "brier", "roc_auc", "average_precision", "accuracy", "precision", "recall", "f1",
/// "balanced_accuracy", "specificity", "mcc", "calibration_error", "cost_per_1000", "rmse", "mae", "r2",
/// "median_absolute_error", "mape", "smape".
std::string_view NameOf(Metric metric);
Result<Metric> MetricNamed(std::string_view name);
bool HigherIsBetter(Metric metric);
bool IsRegression(Metric metric);
std::span<const Metric> AllMetrics();

/// Cost of one decision of each kind, in the charter's unit; a gain is negative.
struct CostMatrix {
  double false_positive = 1;
  double false_negative = 1;
  double true_positive = 0;
  double true_negative = 0;
};

struct MetricSettings {
  double threshold = 0.5;
  CostMatrix cost;
  int calibration_bins = 10;
};

/// Rows to measure; both of one length, borrowed.
struct Sample {
  std::span<const double> labels;
  std::span<const double> scores;
};

/// A metric over one set of rows, prepared (sorted) once so that many weightings of the rows are cheap.
/// Borrows the sample.
class Measure {
 public:
  /// InvalidArgument when lengths differ, a number is not finite, or a binary metric meets other labels than
  /// 0 and 1 or scores outside [0, 1]; Unprocessable when there is no row.
  static Result<Measure> Of(Metric metric, Sample sample, const MetricSettings& settings = {});

  /// Every row once.
  double Value() const;
  /// Row i counted weights[i] times (a resample); NaN where the metric is undefined. O(rows).
  double Value(std::span<const std::uint32_t> weights) const;
  std::size_t rows() const { return sample_.labels.size(); }

 private:
  Measure(Metric metric, Sample sample, const MetricSettings& settings);
  template <class Weight>
  double Evaluate(Weight weight) const;
  template <class Weight>
  double OverRanks(Weight weight) const;
  template <class Weight>
  double OverDecisions(Weight weight) const;
  template <class Weight>
  double OverBins(Weight weight) const;
  template <class Weight>
  double Determination(Weight weight) const;
  template <class Weight>
  double Median(Weight weight) const;
  template <class Weight>
  double MeanLoss(Weight weight) const;

  Metric metric_;
  Sample sample_;
  MetricSettings settings_;
  std::vector<double> losses_;         ///< Per row, for metrics that are means.
  std::vector<std::uint32_t> ranked_;  ///< Rows by falling score, or by falling loss, for metrics of ranks.
};

/// Measure::Of and Value in one.
Result<double> ValueOf(Metric metric, Sample sample, const MetricSettings& settings = {});

struct Confusion {
  std::int64_t true_positive = 0;
  std::int64_t false_positive = 0;
  std::int64_t true_negative = 0;
  std::int64_t false_negative = 0;
};
Result<Confusion> ConfusionAt(Sample sample, double threshold);

double CostPerThousandOf(const Confusion& confusion, const CostMatrix& cost);

struct ThresholdChoice {
  double threshold = 0;
  double cost_per_thousand = 0;
};
/// The threshold with the least expected cost among all observed scores and "decide 1 for nobody" (a number
/// just above the greatest score). Equal costs: the lowest threshold. O(n log n).
Result<ThresholdChoice> CheapestThreshold(Sample sample, const CostMatrix& cost);

struct CalibrationBin {
  double low = 0;  ///< Scores in [low, high); the last bin holds 1 too.
  double high = 0;
  std::int64_t rows = 0;
  double mean_score = 0;
  double mean_label = 0;
};
struct Calibration {
  double expected_error = 0;  ///< Row-weighted mean of |mean score - mean label| over the bins.
  double mean_score = 0;
  double mean_label = 0;
  std::vector<CalibrationBin> bins;  ///< Empty bins included.
};
Result<Calibration> CalibrationOf(Sample sample, int bins = 10);

}  // namespace cairn::evaluation

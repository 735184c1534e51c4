#pragma once

#include <memory>

#include "ground/vocabulary/result.h"
#include "loop/evaluation/metrics.h"
#include "loop/evaluation/statistics/sheet.h"

namespace cairn::evaluation {

struct BinarySettings {
  double threshold = 0.5;  ///< A row is decided 1 when its score is at least this.
  CostMatrix cost = {};
  int calibration_bins = 10;
  /// False: scores are decisions, 0 or 1, and the figures of probabilities are left out.
  bool probabilities = true;
};

/// Two classes: labels 0 and 1, scores in [0, 1]. With TP, FP, TN, FN counted at the threshold:
///   accuracy            (TP + TN) / n                                                        [0, 1]
///   balanced_accuracy   mean of the recalls of the classes that occur                        [0, 1]
///   precision           TP / (TP + FP); 0 when nothing is decided 1                          [0, 1]
///   recall              TP / (TP + FN); 0 when nothing is 1                                  [0, 1]
///   specificity         TN / (TN + FP); 0 when nothing is 0                                  [0, 1]
///   f1                  2 TP / (2 TP + FP + FN); 0 when that is 0 / 0                        [0, 1]
///   mcc                 Matthews (1975): correlation of label and decision; 0 when either is constant [-1,
///   1] positive_rate       (TP + FP) / n                                                        [0, 1]
///   cost_per_1000       expected cost of 1,000 decisions, in the charter's unit
///   roc_auc             P(score of a 1 > score of a 0) + ½ P(equal); undefined when a class is absent
///   average_precision   Σ (R_k − R_k-1) P_k over distinct scores, falling, without interpolation; undefined
///                       without a 1
///   log_loss            mean of −ln of the probability given to the label, kept 2^-52 away from 0 and 1
///   brier               mean (score − label)²                                                [0, 1]
///   calibration_error   Σ n_b/n |mean score − mean label| over equal-width bins (Naeini 2015); [0, 1]
/// Values are scikit-learn's (accuracy_score … brier_score_loss) with zero_division 0.
class BinarySheet final : public Sheet {
 public:
  /// InvalidArgument when lengths differ, a label is neither 0 nor 1 or a score lies outside [0, 1] (or is
  /// no number); Unprocessable without rows.
  static Result<std::unique_ptr<BinarySheet>> Of(Sample sample, const BinarySettings& settings);

  void Measure(std::span<const Weight> weights, std::span<double> into) const override;

  /// TP, FP, TN, FN with every row once.
  Confusion Counts() const;

 private:
  struct Counts64 {
    std::int64_t tp = 0, fp = 0, positives = 0, negatives = 0;
  };
  BinarySheet(const BinarySettings& settings) : settings_(settings) {}
  void Prepare(Sample sample);
  void NameFigures();
  template <class WeightAt>
  void Pass(WeightAt weight_at, std::span<double> into) const;
  void Decisions(const Counts64& counts, std::span<double> into) const;

  BinarySettings settings_;
  std::vector<double> scores_;  ///< Falling.
  std::vector<std::uint8_t> labels_;
  std::vector<double> losses_;             ///< Of each row, −ln of its label's probability.
  std::vector<std::uint32_t> ends_;        ///< One behind the last row of each distinct score.
  std::vector<std::uint32_t> bin_starts_;  ///< First row of each calibration bin, from the highest bin down.
  std::size_t decided_ = 0;                ///< Rows with a score of at least the threshold.
};

}  // namespace cairn::evaluation

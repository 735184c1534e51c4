#pragma once

#include <memory>

#include "ground/vocabulary/result.h"
#include "loop/evaluation/statistics/sheet.h"

namespace cairn::evaluation {

/// Rows of several classes, numbered 0 … k-1.
struct ClassRows {
  std::vector<std::string> classes;  ///< Names; at least one.
  std::span<const std::uint32_t> labels;
  std::span<const std::uint32_t> decided;
  /// k numbers a row, row by row, each in [0, 1]; empty where only decisions are known.
  std::span<const double> probabilities = {};
  int calibration_bins = 10;
};

/// Any number of classes; means over classes are over those that occur as a label or a decision, as
/// scikit-learn takes them:
///   accuracy              share of rows decided right                                         [0, 1]
///   balanced_accuracy     mean recall of the classes that occur as labels                     [0, 1]
///   precision_macro, recall_macro, f1_macro          plain means over classes                 [0, 1]
///   precision_weighted, recall_weighted, f1_weighted means weighted by the rows of each class [0, 1]
///   mcc                   R_k (Gorodkin 2004), which is Matthews' for two classes; 0 when labels or
///                         decisions are constant                                              [-1, 1]
///   precision[c], recall[c], f1[c]                   of one class against the rest; 0 for 0 / 0
/// and with probabilities
///   roc_auc               mean over classes of the AUC of one class against the rest; undefined unless each
///                         occurs and none is all there is
///   average_precision     mean over classes, one against the rest; undefined unless each occurs
///   log_loss              mean of −ln p(label), p kept 2^-52 away from 0 and 1, rows as they are (which must
///                         sum to 1)
///   brier                 mean over rows of Σ_c (p_c − [label = c])²                          [0, 2]
///   calibration_error     of the highest probability against being right, equal-width bins    [0, 1]
class ClassSheet final : public Sheet {
 public:
  /// InvalidArgument for unequal lengths, a number of no class, a probability outside [0, 1] or a row whose
  /// probabilities do not sum to 1 within 1e-5; Unprocessable without rows.
  static Result<std::unique_ptr<ClassSheet>> Of(const ClassRows& rows);

  void Measure(std::span<const Weight> weights, std::span<double> into) const override;

  /// Rows by label (outer) and decision (inner), every row once.
  std::vector<std::vector<std::int64_t>> Counts() const;

 private:
  /// Of one class against the rest: rows by falling probability.
  struct Ranking {
    std::vector<std::uint32_t> order;
    std::vector<std::uint32_t> ends;  ///< One behind the last row of each distinct probability.
  };
  ClassSheet() = default;
  void Prepare(const ClassRows& rows);
  void NameFigures();
  template <class WeightAt>
  void Pass(WeightAt weight_at, std::span<double> into) const;
  void OfDecisions(std::span<const std::int64_t> cells, std::span<double> into) const;
  template <class WeightAt>
  void OfProbabilities(WeightAt weight_at, std::span<double> into) const;

  std::vector<std::string> classes_;
  std::vector<std::uint32_t> labels_, decided_;
  std::vector<double> losses_, squares_, tops_;  ///< Of each row; `tops_` is its highest probability.
  std::vector<Ranking> rankings_;
  int bins_ = 10;
};

}  // namespace cairn::evaluation

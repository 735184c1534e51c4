#pragma once

#include <memory>
#include <utility>

#include "ground/vocabulary/result.h"
#include "loop/evaluation/statistics/sheet.h"

namespace cairn::evaluation {

/// Rows whose truth is a number.
struct NumberRows {
  std::span<const double> labels;
  std::span<const double> predictions;
  struct Quantile {
    double level = 0.5;  ///< In (0, 1).
    std::span<const double> values;
  };
  std::vector<Quantile> quantiles = {};  ///< By rising level.
  /// What MASE divides by (NaiveError); 0 leaves MASE out.
  double naive_error = 0;
};

/// Predictions of numbers, with e = label − prediction:
///   mae                    mean |e|                                                         [0, ∞)
///   rmse                   √ mean e²                                                        [0, ∞)
///   r2                     1 − Σ e² / Σ (label − mean label)²; for constant labels 1 when all are met, else
///                          0                                                                (−∞, 1]
///   median_absolute_error  the middle |e|; the mean of the two in the middle of an even number
///   mape                   mean |e| / max(|label|, 2^-52): a share, not per cent; huge near labels of 0
///   smape                  mean 2|e| / (|label| + |prediction|), 0 where both are 0         [0, 2]
///   bias                   mean of prediction − label; no better or worse end
///   pinball[q]             mean of max(q d, (q − 1) d) with d = label − quantile (Koenker & Bassett 1978)
///   coverage[a..b]         share of labels within the outermost two quantiles, ends included; nominal b − a
///   mase                   mae / naive_error (Hyndman & Koehler 2006); below 1 beats the naive forecast
/// Values are scikit-learn's where it has them.
class NumberSheet final : public Sheet {
 public:
  /// InvalidArgument for unequal lengths, what is not finite, and levels outside (0, 1) or not rising;
  /// Unprocessable without rows.
  static Result<std::unique_ptr<NumberSheet>> Of(const NumberRows& rows);

  void Measure(std::span<const Weight> weights, std::span<double> into) const override;

 private:
  NumberSheet() = default;
  void Prepare(const NumberRows& rows);
  template <class WeightAt>
  void Pass(WeightAt weight_at, std::span<double> into) const;

  std::vector<double> labels_, errors_;     ///< By rising |error|; an error is label − prediction.
  std::vector<double> shares_, symmetric_;  ///< |e| / |label| and 2|e| / (|label| + |prediction|).
  std::vector<std::vector<double>> means_;  ///< What further figures are the means of.
  double shift_ = 0;                        ///< Taken off labels before they are squared.
  double naive_error_ = 0;
};

/// Mean |y_t − y_t-season| over a series in order: the error of the forecast "as one season ago".
/// Unprocessable when the series is not longer than a season or never changes.
Result<double> NaiveError(std::span<const double> series, std::size_t season);

}  // namespace cairn::evaluation

#pragma once

#include <cstdint>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::evaluation {

/// Whether one of two models loses more than the other on the same rows, by betting; it may be looked at
/// after every row.
///
/// Both have scored row t, and its label came: D_t = (loss of the reference - loss of the challenger) /
/// scale, cut to [-1, 1]; above 0 the challenger was better. Under H0, "the mean of D is at most -margin"
/// (given the past), the capital
///
///   K_t = product over i <= t of (1 + lambda_i (D_i + margin)),   0 <= lambda_i <= 1 / (2 (1 + margin)),
///
/// of a bettor whose stake lambda_i is settled before D_i is seen is a non-negative supermartingale that
/// starts at 1, so P(sup K >= 1 / beta) <= beta (Ville 1939). K >= 1 / beta therefore says "no worse by more
/// than the margin" at level beta; with the sides exchanged and margin 0 it says "worse". The stake is the
/// growth-rate one for small edges, lambda = m / (v + m^2), from the mean m and the variance v of what came
/// before, cut to its bounds (Waudby-Smith & Ramdas, "Estimating means of bounded random variables by
/// betting", JRSS B 2024; approximate GRAPA). Nothing is said of single rows: they may depend on each other
/// and change over the day, as long as the mean given the past keeps to H0.
///
/// Cutting to [-1, 1] changes the question for losses beyond the scale: what is tested then is the mean of
/// the cut differences. A plain value; the same differences in the same order give the same bits.
class PairedBet {
 public:
  /// `margin` from 0 on, in units of the scale.
  explicit PairedBet(double margin) : margin_(margin) {}

  /// `difference` is D_t; what is no number counts as -1, the worst for the claim.
  void Observe(double difference);

  double Capital() const;
  /// The greatest so far, which is what the inequality bounds.
  double Peak() const;
  std::int64_t rows() const { return rows_; }
  double mean() const { return rows_ == 0 ? 0 : sum_ / static_cast<double>(rows_); }
  double margin() const { return margin_; }

  /// {"test": "paired_bet", "margin", "rows", "sum", "squares", "log_capital", "log_peak"}: goes on from
  /// there.
  Json ToJson() const;
  /// InvalidArgument when `state` is not what ToJson gave.
  static Result<PairedBet> FromJson(const Json& state);

  friend bool operator==(const PairedBet&, const PairedBet&) = default;

 private:
  double Stake() const;

  double margin_;
  std::int64_t rows_ = 0;
  double sum_ = 0, squares_ = 0;
  double log_capital_ = 0, log_peak_ = 0;
};

}  // namespace cairn::evaluation

#pragma once

#include <memory>

#include "ground/vocabulary/result.h"
#include "loop/evaluation/statistics/sheet.h"

namespace cairn::evaluation {

/// Rows of two classes and of several groups, numbered 0 … g-1 (a protected attribute's values).
struct GroupedRows {
  std::size_t groups = 0;
  std::span<const std::uint32_t> group;
  std::span<const double> labels;       ///< 0 or 1.
  std::span<const double> decided;      ///< 0 or 1.
  std::span<const double> scores = {};  ///< Probabilities of 1; empty leaves calibration_gap out.
};

/// How one group fares. NaN where there is nothing to count.
struct GroupRates {
  std::int64_t rows = 0;
  double positive_rate = 0;        ///< P(decided 1)
  double true_positive_rate = 0;   ///< P(decided 1 | label 1)
  double false_positive_rate = 0;  ///< P(decided 1 | label 0)
  double base_rate = 0;            ///< P(label 1)
  double mean_score = 0;           ///< NaN without scores.
};

/// Gaps between groups, as fairlearn defines them (its method "between_groups"); groups in which a rate is
/// not defined take no part in its gap, and a gap of fewer than two groups is undefined:
///   demographic_parity_difference  greatest − least P(decided 1)                                  [0, 1]
///   disparate_impact               least / greatest P(decided 1); 1 when nobody is decided 1. The "four
///                                  fifths rule" of the US EEOC (1978) asks for 0.8                [0, 1]
///   equal_opportunity_difference   greatest − least true positive rate (Hardt et al. 2016)        [0, 1]
///   equalized_odds_difference      the larger of that and the same of false positive rates        [0, 1]
///   calibration_gap                greatest − least of |mean score − base rate|                   [0, 1]
class ParitySheet final : public Sheet {
 public:
  /// InvalidArgument for unequal lengths, another label or decision than 0 and 1, a group that is not
  /// there; Unprocessable without rows.
  static Result<std::unique_ptr<ParitySheet>> Of(const GroupedRows& rows);

  void Measure(std::span<const Weight> weights, std::span<double> into) const override;
  std::vector<GroupRates> Rates() const;

 private:
  ParitySheet() = default;
  std::vector<GroupRates> RatesOf(std::span<const std::int64_t> cells, std::span<const double> scores) const;

  std::size_t groups_ = 0;
  std::vector<std::uint32_t> cells_;  ///< group · 4 + label · 2 + decided, of each row.
  std::vector<double> scores_;
};

}  // namespace cairn::evaluation

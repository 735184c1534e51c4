#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "loop/synthesis/chance/chance.h"

namespace cairn::synthesis {

/// Shares between 0 and 1 that go together as some columns did: normal numbers behind them (a Gaussian
/// copula), whose correlations are such that the columns' ranks correlate as in the sample (Spearman), values
/// that are equal counted as equal.
class Copula {
 public:
  /// One list a column, an entry a sampled row (NaN: missing); lists of equal length. What a share becomes
  /// must rise with it as the column's values do.
  Copula(const std::vector<std::span<const double>>& samples, std::uint64_t seed);

  std::size_t columns() const { return root_.size(); }
  /// The shares of one row: one a column.
  void Draw(std::uint64_t row, std::vector<double>& shares) const;

 private:
  Chance chance_;
  std::vector<std::vector<double>> root_;
};

/// The correlation of two normal numbers whose shares, put into the classes of two columns, have this rank
/// correlation. `upto`: the share of rows up to each different value, ascending, the last one 1.
double NormalCorrelation(double spearman, std::span<const double> upto_a, std::span<const double> upto_b);

}  // namespace cairn::synthesis

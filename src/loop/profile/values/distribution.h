#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cairn::profile {

/// How numbers are spread: ascending values, each with the rows it stands for. All values there were, or what
/// a quantile sketch kept of them.
class Distribution {
 public:
  Distribution() = default;
  /// `rows` is empty when each value stands for one. `rank_error` is the share of rows by which a rank may be
  /// off; 0 for all values.
  Distribution(std::vector<double> values, std::span<const std::int64_t> rows, double rank_error);

  bool exact() const { return rank_error_ == 0; }
  double rank_error() const { return rank_error_; }
  std::int64_t rows() const;
  const std::vector<double>& values() const { return values_; }
  std::int64_t RowsOf(std::size_t at) const {
    return upto_.empty() ? 1 : upto_[at] - (at == 0 ? 0 : upto_[at - 1]);
  }

  /// numpy's method "linear"; NaN when there is no row.
  double Quantile(double level) const;
  std::int64_t RowsBelow(double value) const;
  std::int64_t RowsUpTo(double value) const;
  /// The median of the distances from `center`.
  double MedianDistance(double center) const;
  /// Rows per bin of ascending edges; the last bin also holds its right edge (numpy's rule).
  std::vector<std::int64_t> CountOver(std::span<const double> edges) const;

 private:
  double At(std::int64_t index) const;

  std::vector<double> values_;
  std::vector<std::int64_t> upto_;  ///< Rows up to each value; empty when each stands for one.
  double rank_error_ = 0;
};

}  // namespace cairn::profile

#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace cairn::comparison {

/// One side of a comparison of numbers: the finite values of an array, in ascending order. NaN and infinities
/// are left out, and counted. Made once in O(n) and handed to any number of statistics; whatever takes a
/// Sample also takes the plain array, which is then sorted for that call. A value type, safe to read from any
/// thread.
class Sample {
 public:
  Sample() = default;
  Sample(std::span<const double> values);
  Sample(const std::vector<double>& values) : Sample(std::span<const double>(values)) {}
  Sample(std::initializer_list<double> values) : Sample(std::span(values.begin(), values.size())) {}
  /// Sorts in the array's own memory.
  explicit Sample(std::vector<double>&& values);

  std::span<const double> sorted() const { return sorted_; }
  bool empty() const { return sorted_.empty(); }
  std::int64_t rows() const { return static_cast<std::int64_t>(sorted_.size()); }
  /// Values that were NaN or infinite.
  std::int64_t dropped() const { return dropped_; }

  /// Distinct values, but no more than `most` + 1 of them are counted.
  std::int64_t Distinct(std::int64_t most) const;
  /// Compensated sums: right to the last digits also where values are large and close together. The variance
  /// has the divisor n - `less`; NaN without rows.
  double Mean() const;
  double Variance(std::int64_t less = 0) const;
  /// The value at `level` between 0 and 1, interpolated between neighbours (numpy's "linear"). NaN without
  /// rows.
  double Quantile(double level) const;

 private:
  std::vector<double> sorted_;
  std::int64_t dropped_ = 0;
};

}  // namespace cairn::comparison

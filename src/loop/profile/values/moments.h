#pragma once

#include <cstdint>
#include <span>

namespace cairn::profile {

/// Count, mean and the central sums of powers two to four of numbers, which merge without loss (Chan, Golub
/// and LeVeque 1979 for two, Pébay 2008, SAND2008-6212, for the higher ones).
class Moments {
 public:
  /// Finite numbers only.
  void Add(std::span<const double> values);
  void Merge(const Moments& other);

  std::int64_t rows() const { return rows_; }
  /// All of these are NaN where they are not defined (no row, one row, no spread).
  double Mean() const;
  double Variance() const;   ///< Divisor n - 1.
  double Deviation() const;  ///< Its root.
  /// Corrected for bias, as pandas' skew() and kurt().
  double Skewness() const;
  double Kurtosis() const;

  /// What is saved: the five figures, each as a double and what a double leaves of it.
  struct Saved {
    std::int64_t rows = 0;
    double figures[8] = {};
  };
  Saved Save() const;
  static Moments Restore(const Saved& saved);

 private:
  std::int64_t rows_ = 0;
  long double mean_ = 0, second_ = 0, third_ = 0, fourth_ = 0;
};

}  // namespace cairn::profile

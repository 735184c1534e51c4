#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "loop/profile/sketches/hll.h"
#include "loop/profile/sketches/kll.h"
#include "loop/profile/values/distribution.h"
#include "loop/profile/values/moments.h"
#include "loop/profile/values/multiset.h"

namespace cairn::profile {

/// A count that is exact, or an estimate with its standard error.
struct DistinctCount {
  std::int64_t count = 0;
  double standard_error = 0;  ///< As a share of the count; 0 when exact.
};

/// The order of doubles as an order of integers, and back.
std::int64_t KeyOf(double value);
double RealOf(std::int64_t key);

/// All values of a numeric column: exactly while they fit the memory given, as sketches from then on.
class Numbers {
 public:
  enum class Kind { Whole, Real };
  Numbers(Kind kind, std::size_t bytes) : kind_(kind), bytes_(bytes), values_(bytes) {}

  /// Values that are not missing, in the order of the rows. (NaN is missing.)
  void AddWhole(std::span<const std::int64_t> values);
  void AddReal(std::span<const double> values);
  void Merge(Numbers& other);

  Kind kind() const { return kind_; }
  const Moments& moments() const { return moments_; }
  double least() const { return least_; }        ///< Of the finite ones; infinity when there is none.
  double greatest() const { return greatest_; }  ///< Minus infinity when there is none.
  std::int64_t infinite() const { return plus_ + minus_; }
  std::int64_t zeros() const { return zeros_; }
  std::int64_t negatives() const { return negatives_; }
  /// Rows of whole numbers that read as payment cards do (13 to 19 digits), and of those that are none by
  /// their check digit.
  std::int64_t cards() const { return cards_; }
  std::int64_t card_long() const { return card_long_; }

  bool exact() const { return !kll_; }
  /// Whether this is of a saved profile that left the values out: Spread is then empty.
  bool withheld() const { return withheld_; }
  Distribution Spread();
  /// Infinities are values too.
  DistinctCount Distinct();
  /// The exact values as ascending keys: the numbers themselves when whole, KeyOf otherwise. None once
  /// sketched.
  const Counted* Exact();

 private:
  friend class NumbersForm;
  void Take(std::span<const double> finite);
  void Shrink();
  void ToSketches(const Counted& counted);
  void BecomeReal();

  Kind kind_;
  std::size_t bytes_;
  Multiset values_;  ///< The finite ones.
  Moments moments_;
  double least_ = std::numeric_limits<double>::infinity(),
         greatest_ = -std::numeric_limits<double>::infinity();
  std::int64_t plus_ = 0, minus_ = 0, zeros_ = 0, negatives_ = 0, cards_ = 0, card_long_ = 0;
  bool withheld_ = false;
  std::optional<Kll> kll_;
  std::optional<Hll> hll_;
};

}  // namespace cairn::profile

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cairn::synthesis {

/// How numbers are drawn again: values that many rows have keep their rows; what lies between them is drawn
/// from ranges that each stand for several rows, so that a value that one row had is not told.
class Steps {
 public:
  struct Manner {
    std::int64_t least_rows = 5;  ///< That a value or a range must stand for.
    bool atoms = true;            ///< Whether values may be kept at all.
    bool ranges = true;           ///< Whether what is rare may be drawn from ranges; else it is left out.
    double step = 0;    ///< Everything is a whole multiple of it away from the first; 0: any number.
    int decimals = -1;  ///< Digits behind the point that there were; -1: any.
  };
  /// Ascending values with their rows; at least one.
  Steps(std::span<const double> values, std::span<const std::int64_t> rows, const Manner& manner);

  /// For shares rising from 0 to 1, values that never fall.
  double At(double share) const;

 private:
  struct Part {
    double upto = 0;  ///< Share of the rows up to its end.
    double low = 0, high = 0;
  };
  Manner manner_;
  double origin_ = 0;
  std::vector<Part> parts_;
};

/// The greatest step that all (ascending, whole) values are multiples of, seen from the first; 0 for one
/// value.
double StepOf(std::span<const double> values);
/// The digits behind the point that all of them make do with, at most 6; -1 when they need more.
int DecimalsOf(std::span<const double> values);

/// One of some things by their weights; the first ones for low shares.
class Choice {
 public:
  explicit Choice(std::span<const std::int64_t> weights);
  std::size_t At(double share) const;
  bool empty() const { return upto_.empty() || upto_.back() == 0; }

 private:
  std::vector<double> upto_;
};

}  // namespace cairn::synthesis

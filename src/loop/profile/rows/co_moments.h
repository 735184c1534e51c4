#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cairn::profile {

/// One number column of a chunk as co-moments want it: distances from some centre, 0 where there is no finite
/// value, and 1 or 0 for whether there is one.
struct Centered {
  double center = 0;
  bool whole = true;  ///< Every row has a value.
  std::vector<double> off;
  std::vector<double> off_squared;
  std::vector<double> there;
  double sum = 0, squares = 0;  ///< Of `off` and of `off_squared`.

  void Take(std::span<const double> values);
};

/// Pearson's r of every two of some number columns, over the rows in which both have a finite value (as
/// pandas' corr()). Merges without loss.
class CoMoments {
 public:
  explicit CoMoments(std::size_t columns) : columns_(columns), pairs_(columns * (columns + 1) / 2) {}

  std::size_t columns() const { return columns_; }
  std::size_t pairs() const { return pairs_.size(); }
  /// Adds a chunk to one pair: different pairs may be added to from different threads.
  void AddPair(std::size_t pair, std::span<const Centered> chunk, std::size_t rows);
  void Merge(const CoMoments& other);
  /// The same pairs among other columns: column i becomes column places[i], or is left out where that is no
  /// column.
  CoMoments Placed(std::span<const std::size_t> places, std::size_t columns) const;

  struct Pair {
    double rows = 0;
    long double mean_x = 0, mean_y = 0;  ///< Of a great offset, a double would lose the digits that matter.
    double xx = 0, yy = 0, xy = 0;
  };
  /// NaN when it is not defined.
  double Pearson(std::size_t a, std::size_t b) const;
  std::int64_t Rows(std::size_t a, std::size_t b) const;

 private:
  friend class CoMomentsForm;
  std::size_t At(std::size_t a, std::size_t b) const;

  std::size_t columns_;
  std::vector<Pair> pairs_;  ///< Column a with column b <= a, in the order of a.
};

}  // namespace cairn::profile

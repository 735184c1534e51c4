#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace cairn::profile {

/// Some whole rows, drawn so that each row is as likely as any other: those with the lowest of the random
/// numbers that rows get. Numbers stay numbers, texts are kept as their hashes. Samples of two tables merge
/// into one of both.
class RowSample {
 public:
  RowSample(std::size_t columns, std::size_t most) : most_(most), cells_(columns) {}

  /// Whether a row with this random number belongs to the sample as it is now.
  bool Wants(std::uint64_t number) const { return order_.size() < most_ || number < order_.front().first; }
  /// The place at which the cells of a row that is wanted are to be put.
  std::size_t Admit(std::uint64_t number);
  void Put(std::size_t column, std::size_t place, std::uint64_t cell) { cells_[column][place] = cell; }

  void Merge(const RowSample& other);
  /// The same with at most so many rows.
  RowSample Reduced(std::size_t most) const;

  std::size_t rows() const { return order_.size(); }
  std::size_t columns() const { return cells_.size(); }
  /// The cells of one column: doubles as bits (NaN when missing), or hashes (0 when missing).
  std::span<const std::uint64_t> Cells(std::size_t column) const { return cells_[column]; }
  /// Whole numbers became reals in one part: nothing to do; a column that held no value takes over the form.
  void Blank(std::size_t column, std::uint64_t cell);

 private:
  friend class RowSampleForm;

  std::size_t most_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order_;  ///< A heap: the highest number first.
  std::vector<std::vector<std::uint64_t>> cells_;               ///< By column, then place.
};

}  // namespace cairn::profile

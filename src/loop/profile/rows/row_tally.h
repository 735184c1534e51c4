#pragma once

#include <cstdint>
#include <vector>

#include "loop/profile/values/order.h"

namespace cairn::profile {

/// Rows that occur more than once, and rows that differ in their label alone. Kept as hashes: of all rows
/// while they fit, then of the rows whose hash lies below a bound that halves as need be, so that every
/// figure stays an unbiased estimate and merges without loss.
class RowTally {
 public:
  explicit RowTally(std::size_t bytes) : most_(bytes / sizeof(Entry)) {}

  /// `features` is the hash of all columns but the label, `label` that of the label (0 when there is none).
  void Add(std::uint64_t features, std::uint32_t label) {
    if (features > bound_) return;
    // A quarter more at a time: doubling would take twice the memory of what is there.
    if (entries_.size() == entries_.capacity())
      entries_.reserve(entries_.size() + entries_.size() / 4 + 1024);
    entries_.push_back(Packed({features, label, 1}));
    ++fresh_;
    if (entries_.size() > most_) Shrink(most_ / 2);
  }
  void Merge(const RowTally& other);

  struct Findings {
    std::int64_t duplicates = 0;  ///< Rows that repeat an earlier one in every column.
    std::int64_t conflicts = 0;   ///< Rows that have a twin with another label.
    bool exact = true;
    double duplicates_error = 0, conflicts_error = 0;  ///< Standard errors, in rows.
  };
  Findings Find();

 private:
  friend class RowTallyForm;
  /// Rows that agree in all columns. Ordered by features, then by label.
  struct Entry {
    std::uint64_t features;
    std::uint32_t label;
    std::uint32_t rows;
  };
  static Pair128 Packed(const Entry& entry) {
    return {std::uint64_t{entry.label} << 32 | entry.rows, entry.features};
  }
  static Entry Unpacked(const Pair128& pair) {
    return {pair.high, static_cast<std::uint32_t>(pair.low >> 32), static_cast<std::uint32_t>(pair.low)};
  }
  void Settle();
  void Shrink(std::size_t most);

  std::size_t most_;
  std::uint64_t bound_ = ~std::uint64_t{0};
  std::vector<Pair128> entries_;
  std::size_t fresh_ = 0;  ///< Entries that were added since the last order.
};

}  // namespace cairn::profile

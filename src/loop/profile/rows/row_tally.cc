#include "loop/profile/rows/row_tally.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::profile {

/// In order, with equal entries added up.
void RowTally::Settle() {
  if (fresh_ == 0) return;
  Order(entries_);
  std::size_t kept = 0;
  for (const Pair128& pair : entries_) {
    const Entry entry = Unpacked(pair), last = kept == 0 ? Entry{} : Unpacked(entries_[kept - 1]);
    if (kept > 0 && last.features == entry.features && last.label == entry.label) {
      const std::uint64_t sum = std::uint64_t{last.rows} + entry.rows;
      const std::uint64_t rows = std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max());
      entries_[kept - 1] = Packed({last.features, last.label, static_cast<std::uint32_t>(rows)});
    } else {
      entries_[kept++] = pair;
    }
  }
  entries_.resize(kept);
  fresh_ = 0;
}

void RowTally::Shrink(std::size_t most) {
  Settle();
  while (entries_.size() > most) {
    bound_ >>= 1;
    const auto above = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Pair128& entry) { return entry.high > bound_; });
    entries_.erase(above, entries_.end());
  }
}

void RowTally::Merge(const RowTally& other) {
  bound_ = std::min(bound_, other.bound_);
  entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
  fresh_ = entries_.size();
  std::erase_if(entries_, [&](const Pair128& entry) { return entry.high > bound_; });
  Settle();
  if (entries_.size() > most_) Shrink(most_ / 2);
}

RowTally::Findings RowTally::Find() {
  Settle();
  Findings found;
  double duplicates = 0, conflicts = 0, duplicates_squared = 0, conflicts_squared = 0;
  for (std::size_t first = 0, last = 0; first < entries_.size(); first = last) {
    double repeated = 0, rows = 0;
    for (; last < entries_.size() && entries_[last].high == entries_[first].high; ++last) {
      const Entry entry = Unpacked(entries_[last]);
      repeated += entry.rows - 1;
      rows += entry.rows;
    }
    const double conflicting = last - first > 1 ? rows : 0;
    duplicates += repeated, conflicts += conflicting;
    duplicates_squared += repeated * repeated, conflicts_squared += conflicting * conflicting;
  }
  const double share = std::ldexp(static_cast<double>(bound_), -64);
  found.exact = bound_ == ~std::uint64_t{0};
  if (found.exact) {
    found.duplicates = std::llround(duplicates), found.conflicts = std::llround(conflicts);
    return found;
  }
  // Each group of equal rows was kept with probability `share` (Horvitz and Thompson).
  constexpr double kMost = 9e15;
  found.duplicates = std::llround(std::min(duplicates / share, kMost));
  found.conflicts = std::llround(std::min(conflicts / share, kMost));
  found.duplicates_error = std::sqrt(duplicates_squared * (1 - share)) / share;
  found.conflicts_error = std::sqrt(conflicts_squared * (1 - share)) / share;
  return found;
}

}  // namespace cairn::profile

#include "loop/profile/rows/row_tally.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace cairn::profile {

/// In order, with equal entries added up.
void RowTally::Settle() {
  if (fresh_ == 0) return;
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.features, a.label) < std::tie(b.features, b.label);
  });
  std::size_t kept = 0;
  for (const Entry& entry : entries_) {
    Entry* last = kept == 0 ? nullptr : &entries_[kept - 1];
    if (last && last->features == entry.features && last->label == entry.label) {
      const std::uint64_t sum = std::uint64_t{last->rows} + entry.rows;
      last->rows =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max()));
    } else {
      entries_[kept++] = entry;
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
                                    [&](const Entry& entry) { return entry.features > bound_; });
    entries_.erase(above, entries_.end());
  }
}

void RowTally::Merge(const RowTally& other) {
  bound_ = std::min(bound_, other.bound_);
  entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
  fresh_ = entries_.size();
  std::erase_if(entries_, [&](const Entry& entry) { return entry.features > bound_; });
  Settle();
  if (entries_.size() > most_) Shrink(most_ / 2);
}

RowTally::Findings RowTally::Find() {
  Settle();
  Findings found;
  double duplicates = 0, conflicts = 0, duplicates_squared = 0, conflicts_squared = 0;
  for (std::size_t first = 0, last = 0; first < entries_.size(); first = last) {
    double repeated = 0, rows = 0;
    for (; last < entries_.size() && entries_[last].features == entries_[first].features; ++last) {
      repeated += entries_[last].rows - 1;
      rows += entries_[last].rows;
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

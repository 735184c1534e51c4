#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "loop/comparison/sample.h"

namespace cairn::comparison {

/// One distinct value of two samples together: how many rows of each have it, and how many lie below it.
struct Tie {
  double value = 0;
  std::int64_t reference = 0, current = 0;
  std::int64_t reference_below = 0, current_below = 0;
};

/// Calls `take` with each distinct value of either sample, ascending.
template <class Take>
void ForEachTie(const Sample& reference, const Sample& current, Take&& take) {
  const std::span<const double> x = reference.sorted(), y = current.sorted();
  std::size_t i = 0, j = 0;
  while (i < x.size() || j < y.size()) {
    Tie tie;
    tie.value = j == y.size() || (i < x.size() && x[i] <= y[j]) ? x[i] : y[j];
    tie.reference_below = static_cast<std::int64_t>(i);
    tie.current_below = static_cast<std::int64_t>(j);
    while (i < x.size() && x[i] == tie.value) ++i;
    while (j < y.size() && y[j] == tie.value) ++j;
    tie.reference = static_cast<std::int64_t>(i) - tie.reference_below;
    tie.current = static_cast<std::int64_t>(j) - tie.current_below;
    take(tie);
  }
}

}  // namespace cairn::comparison

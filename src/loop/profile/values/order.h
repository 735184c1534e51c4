#pragma once

#include <cstdint>
#include <span>

namespace cairn::profile {

/// A key with what goes with it: ordered by `high`, then by `low`.
struct alignas(16) Pair128 {
  std::uint64_t low = 0, high = 0;
};

/// Ascending, in place, by the widest instructions that this processor has (Highway's vectorised quicksort).
void Order(std::span<std::int64_t> keys);
void Order(std::span<Pair128> pairs);

}  // namespace cairn::profile

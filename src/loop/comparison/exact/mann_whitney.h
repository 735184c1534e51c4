#pragma once

#include <cstdint>

namespace cairn::comparison {

/// P(U >= u) over all orderings of n1 and n2 distinct values. O(min(n1, n2) * n1 * n2).
double MannWhitneyExactTail(std::int64_t n1, std::int64_t n2, std::int64_t u);

}  // namespace cairn::comparison

#pragma once

#include <cstdint>

namespace cairn::comparison {

/// Of all 2 x 2 tables with the margins of {{a, b}, {c, d}}, the share (by hypergeometric probability) of
/// those that are no likelier than this one; two tables are equally likely within a relative 1e-14. Sums
/// ratios from the likeliest table outward: O(standard deviations of the margin), exact for counts of any
/// size.
double FisherTwoSided(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d);

}  // namespace cairn::comparison

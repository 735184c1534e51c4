#pragma once

#include <cstdint>

namespace cairn::comparison {

/// P(D_n >= d) for the two-sided one-sample Kolmogorov statistic of n values. Which formula serves which (n,
/// d) follows Simard & L'Ecuyer, "Computing the Two-Sided Kolmogorov-Smirnov Distribution" (2011).
double KolmogorovTail(std::int64_t n, double d);

/// P(D >= h / lcm(n1, n2)) for the two-sample statistic without ties: the share of lattice paths from (0,0)
/// to (n1,n2) that leave the band. Sums only outside probability, so small values keep their relative
/// precision (Viehmann, 2021). O(n1 n2) at worst, O(n1) for equal sizes.
double SmirnovExactTail(std::int64_t n1, std::int64_t n2, std::int64_t h);

}  // namespace cairn::comparison

#pragma once

#include <cstdint>

namespace cairn::comparison {

/// P(W >= x) for the limiting distribution of Cramér and von Mises' statistic; 1 below 0.003. Smirnov's
/// integral, with full relative precision in the tail.
double CramerVonMisesTail(double x);

/// The same as scipy sums it: 1 less the series of Csörgő & Faraway (1996, equation 1.2), which ends with the
/// first term below 1e-7. Below some 1e-7 it is what that leaves out, and no probability.
double CramerVonMisesTailOfScipy(double x);

/// P(U >= u) over all orderings of m and n distinct values, for at most 20 of each: Xiao, Gordon & Yakovlev
/// (2006), algorithm 1. `four_u` is four times Anderson's U (midranks make quarters).
double CramerVonMisesExactTail(std::int64_t m, std::int64_t n, std::int64_t four_u);

}  // namespace cairn::comparison

#pragma once

namespace cairn::comparison {

/// P(X >= statistic) for X chi-square with `degrees` of freedom. 0 for an infinite statistic; 1 when degrees
/// is 0.
double ChiSquareTail(double statistic, double degrees);

/// P(|Z| >= |z|) for a standard normal Z.
double NormalTwoSidedTail(double z);

/// ln C(n, k), in extended precision.
long double LogBinomial(double n, double k);

}  // namespace cairn::comparison

#pragma once

namespace cairn::comparison {

/// P(X >= statistic) for X chi-square with `degrees` of freedom. 0 for an infinite statistic; 1 when degrees
/// is 0.
double ChiSquareTail(double statistic, double degrees);

/// P(|Z| >= |z|) for a standard normal Z, and P(Z >= z).
double NormalTwoSidedTail(double z);
double NormalTail(double z);

/// P(T >= t) for Student's T with `degrees` of freedom (any positive number); 0 for t infinite.
double StudentTail(double t, double degrees);

/// ln C(n, k), in extended precision.
long double LogBinomial(double n, double k);

}  // namespace cairn::comparison

#pragma once

namespace cairn::synthesis {

/// The standard normal distribution in additions, multiplications and divisions alone, which are the same on
/// every machine; those of the C library are not, to the last digit.

/// e^x for x <= 0, to 2 units in the last place.
double Exponential(double x);
/// The natural logarithm of x > 0.
double Logarithm(double x);
double NormalDensity(double x);
/// The share below x, to 1e-14 (Hart 1968, as West 2005 gives it).
double NormalShare(double x);
/// What NormalShare gives `share` for, 0 < share < 1 (Wichura 1988, AS 241, PPND16).
double NormalQuantile(double share);

}  // namespace cairn::synthesis

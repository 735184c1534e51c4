#include "loop/comparison/exact/special_functions.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace cairn::comparison {
namespace {

constexpr long double kTiny = 1e-4000L;
constexpr long double kPrecision = 1e-18L;

/// Lower regularized gamma by its power series: x^a e^-x / Gamma(a+1) * sum x^k / ((a+1)...(a+k)).
long double GammaBelow(long double a, long double x, long double log_front) {
  long double term = 1.0L / a;
  long double sum = term;
  for (long double k = a + 1.0L; term > sum * kPrecision; k += 1.0L) {
    term *= x / k;
    sum += term;
  }
  return sum * std::exp(log_front);
}

/// Upper regularized gamma by its continued fraction, evaluated with Lentz' method (converges for x > a + 1).
long double GammaAbove(long double a, long double x, long double log_front) {
  long double b = x + 1.0L - a;
  long double c = 1.0L / kTiny;
  long double d = 1.0L / b;
  long double fraction = d;
  for (long double i = 1.0L; i < 1e7L; i += 1.0L) {
    const long double coefficient = -i * (i - a);
    b += 2.0L;
    d = coefficient * d + b;
    if (std::fabs(d) < kTiny) d = kTiny;
    c = b + coefficient / c;
    if (std::fabs(c) < kTiny) c = kTiny;
    d = 1.0L / d;
    const long double step = d * c;
    fraction *= step;
    if (std::fabs(step - 1.0L) < kPrecision) break;
  }
  return fraction * std::exp(log_front);
}

}  // namespace

double ChiSquareTail(double statistic, double degrees) {
  if (std::isnan(statistic) || std::isnan(degrees)) return std::numeric_limits<double>::quiet_NaN();
  if (degrees <= 0.0 || statistic <= 0.0) return 1.0;
  if (std::isinf(statistic)) return 0.0;
  const long double a = degrees / 2.0L;
  const long double x = statistic / 2.0L;
  const long double log_front = a * std::log(x) - x - std::lgamma(a);
  const long double tail = x < a + 1.0L ? 1.0L - GammaBelow(a, x, log_front) : GammaAbove(a, x, log_front);
  return static_cast<double>(tail);
}

double NormalTwoSidedTail(double z) { return std::erfc(std::fabs(z) / std::numbers::sqrt2); }

long double LogBinomial(double n, double k) {
  return std::lgamma(n + 1.0L) - std::lgamma(k + 1.0L) - std::lgamma(static_cast<long double>(n) - k + 1.0L);
}

}  // namespace cairn::comparison

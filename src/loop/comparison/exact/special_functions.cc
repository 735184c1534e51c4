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

/// ln(Gamma(a + 1/2) / Gamma(a)); for large a by its expansion, where the difference of two lgammas would
/// keep few digits.
long double LogGammaHalfStep(long double a) {
  if (a < 1e4L) return std::lgamma(a + 0.5L) - std::lgamma(a);
  const long double inverse = 1.0L / a;
  return 0.5L * std::log(a) - inverse / 8.0L + inverse * inverse * inverse / 192.0L -
         std::pow(inverse, 5.0L) / 640.0L;
}

/// The continued fraction of the incomplete beta function I_x(a, b), evaluated with Lentz' method; converges
/// fast for x < (a + 1) / (a + b + 2).
long double BetaFraction(long double a, long double b, long double x) {
  long double c = 1.0L;
  long double d = 1.0L - (a + b) * x / (a + 1.0L);
  d = 1.0L / (std::fabs(d) < kTiny ? kTiny : d);
  long double fraction = d;
  const auto advance = [&](long double coefficient) {
    d = 1.0L + coefficient * d;
    d = 1.0L / (std::fabs(d) < kTiny ? kTiny : d);
    c = 1.0L + coefficient / c;
    if (std::fabs(c) < kTiny) c = kTiny;
    fraction *= c * d;
    return c * d;
  };
  for (long double i = 1.0L; i < 1e7L; i += 1.0L) {
    advance(i * (b - i) * x / ((a + 2.0L * i - 1.0L) * (a + 2.0L * i)));
    const long double step = advance(-(a + i) * (a + b + i) * x / ((a + 2.0L * i) * (a + 2.0L * i + 1.0L)));
    if (std::fabs(step - 1.0L) < kPrecision) break;
  }
  return fraction;
}

/// I_x(a, 1/2) at x = 1 / (1 + ratio).
long double BetaBelow(long double a, long double ratio) {
  if (ratio <= 0.0L) return 1.0L;
  const long double x = 1.0L / (1.0L + ratio), rest = ratio / (1.0L + ratio);
  const long double log_front = -a * std::log1p(ratio) + 0.5L * std::log(rest) + LogGammaHalfStep(a) -
                                0.5L * std::log(std::numbers::pi_v<long double>);
  const long double front = std::exp(log_front);
  if (x < (a + 1.0L) / (a + 2.5L)) return front * BetaFraction(a, 0.5L, x) / a;
  return 1.0L - front * BetaFraction(0.5L, a, rest) / 0.5L;
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

double StudentTail(double t, double degrees) {
  if (std::isnan(t) || std::isnan(degrees)) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(t)) return t > 0 ? 0.0 : 1.0;
  if (std::isinf(degrees)) return NormalTail(t);
  const long double square = static_cast<long double>(t) * t;
  const auto half = static_cast<double>(BetaBelow(degrees / 2.0L, square / degrees) / 2.0L);
  return t >= 0 ? half : 1.0 - half;
}

double NormalTail(double z) { return std::erfc(z / std::numbers::sqrt2) / 2.0; }

double NormalTwoSidedTail(double z) { return std::erfc(std::fabs(z) / std::numbers::sqrt2); }

long double LogBinomial(double n, double k) {
  return std::lgamma(n + 1.0L) - std::lgamma(k + 1.0L) - std::lgamma(static_cast<long double>(n) - k + 1.0L);
}

}  // namespace cairn::comparison

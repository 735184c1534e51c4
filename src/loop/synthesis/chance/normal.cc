#include "loop/synthesis/chance/normal.h"

#include <cmath>
#include <span>

namespace cairn::synthesis {
namespace {

/// Coefficients of the highest power first.
double Polynomial(std::span<const double> coefficients, double x) {
  double sum = 0;
  for (const double coefficient : coefficients) sum = sum * x + coefficient;
  return sum;
}

double Ratio(std::span<const double> above, std::span<const double> below, double x) {
  return Polynomial(above, x) / Polynomial(below, x);
}

double Centre(double q) {
  static constexpr double kAbove[] = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
                                      45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
                                      133.14166789178437745, 3.387132872796366608};
  static constexpr double kBelow[] = {
      5226.495278852854561,  28729.085735721942674, 39307.89580009271061,  21213.794301586595867,
      5394.1960214247511077, 687.1870074920579083,  42.313330701600911252, 1.0};
  return q * Ratio(kAbove, kBelow, 0.180625 - q * q);
}

double Tail(double r) {
  static constexpr double kNearAbove[] = {
      7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
      3.64784832476320460504,   5.7694972214606914055,    4.6303378461565452959,  1.42343711074968357734};
  static constexpr double kNearBelow[] = {
      1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
      0.68976733498510000455,    1.6763848301838038494,   2.05319162663775882187,   1.0};
  static constexpr double kFarAbove[] = {
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
      0.29656057182850489123,    1.7848265399172913358,     5.4637849111641143699,    6.6579046435011037772};
  static constexpr double kFarBelow[] = {
      2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
      0.0148753612908506148525,   0.13692988092273580531,   0.59983220655588793769,   1.0};
  return r <= 5 ? Ratio(kNearAbove, kNearBelow, r - 1.6) : Ratio(kFarAbove, kFarBelow, r - 5);
}

constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;

}  // namespace

double Exponential(double x) {
  if (x < -740) return 0;
  const double times = std::floor(x / (kLn2High + kLn2Low) + 0.5);
  const double rest = (x - times * kLn2High) - times * kLn2Low;
  double sum = 1;
  for (int n = 14; n > 0; --n) sum = 1 + sum * rest / n;
  return std::ldexp(sum, static_cast<int>(times));
}

double Logarithm(double x) {
  int power = 0;
  double part = std::frexp(x, &power);
  if (part < 0.70710678118654752) part *= 2, --power;
  const double ratio = (part - 1) / (part + 1), square = ratio * ratio;
  double sum = 0;
  for (int n = 25; n > 0; n -= 2) sum = sum * square + 1.0 / n;
  return power * kLn2High + (2 * ratio * sum + power * kLn2Low);
}

double NormalDensity(double x) { return Exponential(-x * x / 2) * 0.39894228040143267794; }

double NormalShare(double x) {
  static constexpr double kAbove[] = {3.52624965998911e-02, 0.700383064443688, 6.37396220353165,
                                      33.912866078383,      112.079291497871,  221.213596169931,
                                      220.206867912376};
  static constexpr double kBelow[] = {8.83883476483184e-02, 1.75566716318264, 16.064177579207,
                                      86.7807322029461,     296.564248779674, 637.333633378831,
                                      793.826512519948,     440.413735824752};
  const double far = std::fabs(x);
  const double bell = Exponential(-far * far / 2);
  double beyond = 0;
  if (far < 7.07106781186547)
    beyond = bell * Ratio(kAbove, kBelow, far);
  else
    beyond = bell / (far + 1 / (far + 2 / (far + 3 / (far + 4 / (far + 0.65))))) / 2.506628274631;
  return x > 0 ? 1 - beyond : beyond;
}

double NormalQuantile(double share) {
  const double q = share - 0.5;
  if (std::fabs(q) <= 0.425) return Centre(q);
  const double far = Tail(std::sqrt(-Logarithm(q < 0 ? share : 1 - share)));
  return q < 0 ? -far : far;
}

}  // namespace cairn::synthesis

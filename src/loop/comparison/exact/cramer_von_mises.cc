#include "loop/comparison/exact/cramer_von_mises.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <vector>

namespace cairn::comparison {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr int kNodes = 512;

/// The integral of sqrt(-u / sin u) exp(-x u^2 / 2) / u from (2k - 1) pi to 2k pi, times exp(x pi^2 / 2).
/// With u = (2k - 1) pi + (pi / 2)(1 - cos t) nothing is singular any more and the trapezoid rule converges
/// exponentially.
double Stretch(double x, int k) {
  double sum = 0;
  for (int i = 1; i < kNodes; ++i) {
    const double t = kPi * i / kNodes;
    // 1 - cos t as 2 sin^2 (t / 2), and the same for the cosine near its ends.
    const double moved = kPi * std::pow(std::sin(t / 2), 2);
    const double u = (2 * k - 1) * kPi + moved;
    const double minus_sine = std::sin(std::min(moved, kPi - moved));
    const double decay = std::exp(-x * (u - kPi) * (u + kPi) / 2);
    sum += decay / std::sqrt(u * minus_sine) * (kPi / 2) * std::sin(t);
  }
  // At both ends sin t / sqrt(sin) has a limit of its own: 2 / sqrt(pi).
  const double first = (2 * k - 1) * kPi, last = 2 * k * kPi;
  const auto end = [&](double u) {
    return std::exp(-x * (u - kPi) * (u + kPi) / 2) / std::sqrt(u) * (kPi / 2) * 2 / std::sqrt(kPi);
  };
  return (sum + (end(first) + end(last)) / 2) * kPi / kNodes;
}

/// How many orderings give each value of the lattice sum.
using Frequencies = std::map<std::int64_t, double>;

Frequencies Shifted(const Frequencies& from, std::int64_t by) {
  Frequencies shifted;
  for (const auto& [value, count] : from) shifted.emplace_hint(shifted.end(), value + by, count);
  return shifted;
}

/// The largest integer not above numerator / denominator.
std::int64_t FloorDivide(std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t quotient = numerator / denominator;
  return numerator % denominator != 0 && (numerator < 0) != (denominator < 0) ? quotient - 1 : quotient;
}

}  // namespace

double CramerVonMisesTail(double x) {
  if (std::isnan(x)) return x;
  if (x < 0.003) return 1.0;
  double sum = 0, sign = 1;
  for (int k = 1; k < 200; ++k, sign = -sign) {
    const double stretch = Stretch(x, k);
    sum += sign * stretch;
    if (stretch < std::fabs(sum) * 1e-17) break;
  }
  return std::clamp(2 / kPi * sum * std::exp(-x * kPi * kPi / 2), 0.0, 1.0);
}

double CramerVonMisesTailOfScipy(double x) {
  if (std::isnan(x)) return x;
  if (x < 0.003) return 1.0;
  double below = 0;
  for (int k = 0; k < 1000; ++k) {
    const double y = 4 * k + 1, q = y * y / (16 * x);
    if (q > 350) break;  // Both factors that follow are less than 1e-150.
    const double weight =
        std::exp(std::lgamma(k + 0.5) - std::lgamma(k + 1.0)) / (std::pow(kPi, 1.5) * std::sqrt(x));
    const double term = weight * std::sqrt(y) * std::exp(-q) * std::cyl_bessel_k(0.25, q);
    below += term;
    if (term < 1e-7) break;
  }
  return std::max(0.0, 1.0 - below);
}

double CramerVonMisesExactTail(std::int64_t m, std::int64_t n, std::int64_t four_u) {
  const std::int64_t lcm = std::lcm(m, n), a = lcm / m, b = lcm / n, mn = m * n;
  const std::int64_t least =
      FloorDivide(lcm * lcm * (m + n) * (6 * four_u - 4 * mn * (4 * mn - 1)), 24 * mn * mn);
  std::vector<Frequencies> row(static_cast<std::size_t>(m) + 1);
  row[0] = {{0, 1.0}};
  for (std::int64_t u = 0; u <= n; ++u) {
    Frequencies running;
    for (std::int64_t v = 0; v <= m; ++v) {
      auto& here = row[static_cast<std::size_t>(v)];
      for (const auto& [value, count] : here) running[value] += count;
      const std::int64_t distance = a * v - b * u;
      running = Shifted(running, distance * distance);
      here = running;
    }
  }
  double all = 0, outside = 0;
  for (const auto& [value, count] : row.back()) {
    all += count;
    if (value >= least) outside += count;
  }
  return outside / all;
}

}  // namespace cairn::comparison

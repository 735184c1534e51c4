#include "loop/comparison/exact/kolmogorov.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <vector>

#include "loop/comparison/exact/special_functions.h"

namespace cairn::comparison {
namespace {

constexpr double kPi = std::numbers::pi;

long double LogFactorialOverPower(std::int64_t n) {
  return std::lgamma(n + 1.0L) - static_cast<long double>(n) * std::log(static_cast<long double>(n));
}

/// P(D_n+ >= d), the one-sided tail (Birnbaum & Tingey): d * sum_j C(n,j) (d + j/n)^(j-1) (1 - d -
/// j/n)^(n-j). For large n the terms are a smooth bump that vanishes at both ends, which every s-th term,
/// times s, sums as exactly.
double OneSidedTail(std::int64_t n, double d) {
  constexpr std::int64_t kTerms = 8192;
  const auto last = static_cast<std::int64_t>(std::floor(static_cast<double>(n) * (1.0 - d)));
  const std::int64_t stride = n > 4 * kTerms ? n / kTerms : 1;
  const long double size = n;
  long double sum = 0.0L;
  for (std::int64_t j = 0; j <= last; j += stride) {
    const long double below = d + j / size;
    const long double above = 1.0L - below;
    if (above <= 0.0L && j < n) continue;
    const long double rest = j < n ? (size - j) * std::log(above) : 0.0L;
    sum += std::exp(LogBinomial(static_cast<double>(n), static_cast<double>(j)) +
                    (j - 1.0L) * std::log(below) + rest);
  }
  return static_cast<double>(std::min(1.0L, d * sum * stride));
}

/// A square matrix whose true value is entries * 2^exponent.
struct ScaledMatrix {
  std::size_t size;
  std::vector<double> entries;
  std::int64_t exponent = 0;
};

void Rescale(std::vector<double>& entries, std::int64_t& exponent) {
  const double largest = *std::max_element(entries.begin(), entries.end());
  const int power = largest > 0.0 ? std::ilogb(largest) : 0;
  if (std::abs(power) < 64) return;
  for (double& entry : entries) entry = std::ldexp(entry, -power);
  exponent += power;
}

/// The matrix of Durbin (1968) as Marsaglia, Tsang & Wang (2003) lay it out, for n*d = k - h.
ScaledMatrix DurbinMatrix(std::size_t k, double h) {
  const std::size_t size = 2 * k - 1;
  ScaledMatrix matrix{size, std::vector<double>(size * size, 0.0)};
  std::vector<double> inverse_factorial(size + 1, 1.0);
  for (std::size_t i = 1; i <= size; ++i)
    inverse_factorial[i] = inverse_factorial[i - 1] / static_cast<double>(i);
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column < std::min(row + 2, size); ++column) {
      matrix.entries[row * size + column] = inverse_factorial[row + 1 - column];
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    const double edge = std::pow(h, static_cast<double>(i + 1)) * inverse_factorial[i + 1];
    matrix.entries[i * size] -= edge;
    matrix.entries[(size - 1) * size + (size - 1 - i)] -= edge;
  }
  if (h > 0.5) {
    matrix.entries[(size - 1) * size] +=
        std::pow(2.0 * h - 1.0, static_cast<double>(size)) * inverse_factorial[size];
  }
  return matrix;
}

/// rows x matrix, where `rows` holds whole rows of the same length.
std::vector<double> Times(const std::vector<double>& rows, const ScaledMatrix& matrix) {
  const std::size_t size = matrix.size;
  std::vector<double> product(rows.size(), 0.0);
  for (std::size_t row = 0; row < rows.size() / size; ++row) {
    for (std::size_t inner = 0; inner < size; ++inner) {
      const double factor = rows[row * size + inner];
      if (factor == 0.0) continue;
      for (std::size_t column = 0; column < size; ++column) {
        product[row * size + column] += factor * matrix.entries[inner * size + column];
      }
    }
  }
  return product;
}

/// P(D_n <= d), exact: the middle entry of the matrix' n-th power, times n!/n^n.
double DurbinBelow(std::int64_t n, double d) {
  const double nd = static_cast<double>(n) * d;
  const auto k = static_cast<std::size_t>(std::ceil(nd));
  ScaledMatrix power = DurbinMatrix(k, static_cast<double>(k) - nd);
  std::vector<double> row(power.size, 0.0);
  row[k - 1] = 1.0;
  std::int64_t exponent = 0;
  for (std::int64_t left = n; left > 0; left /= 2) {
    if (left % 2 == 1) {
      row = Times(row, power);
      exponent += power.exponent;
      Rescale(row, exponent);
    }
    if (left == 1) break;
    power.entries = Times(power.entries, power);
    power.exponent *= 2;
    Rescale(power.entries, power.exponent);
  }
  const long double log_value = std::log(static_cast<long double>(row[k - 1])) +
                                static_cast<long double>(exponent) * std::numbers::ln2_v<long double>;
  return static_cast<double>(std::exp(log_value + LogFactorialOverPower(n)));
}

/// P(D_n <= d) by the expansion of Pelz & Good (1976) to order n^-3/2, z = d sqrt(n).
double PelzGoodBelow(std::int64_t n, double d) {
  const double size = static_cast<double>(n);
  const double z = d * std::sqrt(size);
  const double z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, z8 = z4 * z4;
  double k0 = 0, k1 = 0, k2 = 0, k3 = 0, k2_whole = 0, k3_whole = 0;
  for (int k = static_cast<int>(std::ceil(16.0 * z / kPi)) + 1; k >= 1; --k) {
    const double half2 = std::pow(kPi * (k - 0.5), 2), half4 = half2 * half2;
    const double half_weight = 2.0 * std::exp(-half2 / (2.0 * z2));
    k0 += half_weight;
    k1 += half_weight * (half2 - z2);
    k2 += half_weight * (6 * z6 + 2 * z4 + half2 * (2 * z4 - 5 * z2) + half4 * (1 - 2 * z2));
    k3 += half_weight * (half4 * half2 * (5 - 30 * z2) + half4 * (212 * z4 - 60 * z2) +
                         half2 * (135 * z4 - 96 * z6) - (30 * z6 + 90 * z8));
    const double whole2 = std::pow(kPi * k, 2);
    const double whole_weight = 2.0 * std::exp(-whole2 / (2.0 * z2));
    k2_whole += whole_weight * whole2;
    k3_whole += whole_weight * whole2 * (3 * z2 - whole2);
  }
  const double root = std::sqrt(kPi / 2.0);
  const double order0 = root * k0 / z;
  const double order1 = root * k1 / (6 * z4);
  const double order2 = root * (k2 / (72 * z6 * z) - k2_whole / (36 * z2 * z));
  const double order3 = root * (k3 / (6480 * z8 * z2) + k3_whole / (216 * z6));
  return order0 + order1 / std::sqrt(size) + order2 / size + order3 / (size * std::sqrt(size));
}

double CentralTail(std::int64_t n, double d) {
  const double size = static_cast<double>(n);
  const double spread = size * d * d;
  if (n <= 140) {
    return spread <= 4.0 ? 1.0 - DurbinBelow(n, d) : 2.0 * OneSidedTail(n, d);
  }
  if (spread >= 370.0) return 0.0;
  if (spread >= 2.2) return 2.0 * OneSidedTail(n, d);
  const bool exact = n <= 100000 && size * std::pow(d, 1.5) <= 1.4;
  return 1.0 - (exact ? DurbinBelow(n, d) : PelzGoodBelow(n, d));
}

/// Equal sizes: 2 * sum over k >= 1 of (-1)^(k+1) C(2n, n - kh) / C(2n, n), by reflection.
double EqualSizesTail(std::int64_t n, std::int64_t h) {
  const auto size = static_cast<double>(n);
  const auto step = static_cast<double>(h);
  double ratio = 1.0;
  double sum = 0.0;
  double sign = 1.0;
  for (double shift = 0.0; shift + step <= size; shift += step, sign = -sign) {
    for (double j = 1.0; j <= step; j += 1.0) ratio *= (size - shift - j + 1.0) / (size + shift + j);
    sum += sign * ratio;
    if (ratio < sum * 1e-18) break;
  }
  return std::clamp(2.0 * sum, 0.0, 1.0);
}

}  // namespace

double KolmogorovTail(std::int64_t n, double d) {
  const auto size = static_cast<double>(n);
  const double nd = size * d;
  if (n < 1 || nd <= 0.5) return 1.0;
  if (d >= 1.0) return 0.0;
  double tail;
  if (nd <= 1.0) {
    tail = 1.0 - static_cast<double>(std::exp(LogFactorialOverPower(n) + size * std::log(2.0L * nd - 1.0L)));
  } else if (nd >= size - 1.0) {
    tail = 2.0 * std::pow(1.0 - d, size);
  } else if (d >= 0.5) {
    tail = 2.0 * OneSidedTail(n, d);
  } else {
    tail = CentralTail(n, d);
  }
  return std::clamp(tail, 0.0, 1.0);
}

double SmirnovExactTail(std::int64_t n1, std::int64_t n2, std::int64_t h) {
  if (h <= 0) return 1.0;
  if (n1 == n2) return h == 1 ? 1.0 : EqualSizesTail(n1, h);
  const std::int64_t divisor = std::gcd(n1, n2);
  const std::int64_t a = n2 / divisor;
  const std::int64_t b = n1 / divisor;
  // outside[i] on diagonal s: the chance that a random path to (i, s - i) has left the band; 1 wherever the
  // point itself has.
  std::vector<double> outside(static_cast<std::size_t>(n1) + 1, 1.0);
  outside[0] = 0.0;
  for (std::int64_t s = 1; s <= n1 + n2; ++s) {
    // Inside the band: s*b - h < i*(a + b) < s*b + h.
    const std::int64_t under = s * b - h;
    const std::int64_t inner_first = under < 0 ? 0 : under / (a + b) + 1;
    const std::int64_t first = std::max(inner_first, s - n2);
    const std::int64_t last = std::min({(s * b + h - 1) / (a + b), s, n1});
    const auto length = static_cast<double>(s);
    const double share = 1.0 / length;
    for (std::int64_t i = last; i >= std::max<std::int64_t>(first, 1); --i) {
      double& here = outside[static_cast<std::size_t>(i)];
      const auto right = static_cast<double>(i);
      here = (right * outside[static_cast<std::size_t>(i) - 1] + (length - right) * here) * share;
    }
    if (inner_first > 0 && inner_first <= n1 + 1) outside[static_cast<std::size_t>(inner_first - 1)] = 1.0;
  }
  return outside[static_cast<std::size_t>(n1)];
}

}  // namespace cairn::comparison

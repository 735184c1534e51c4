#include "loop/profile/rows/co_moments.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::profile {
namespace {

/// Four sums at once, so that the processor need not wait for one addition before the next.
[[gnu::always_inline]] inline double DotOfLanes(const double* a, const double* b, std::size_t rows) {
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < rows; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// The same sums in the same order, by instructions that not every processor has.
[[gnu::target("avx2")]] double WideDot(const double* a, const double* b, std::size_t rows) {
  return DotOfLanes(a, b, rows);
}

double Dot(const double* a, const double* b, std::size_t rows) {
  static const bool wide = __builtin_cpu_supports("avx2");
  return wide ? WideDot(a, b, rows) : DotOfLanes(a, b, rows);
}

double Sum(const std::vector<double>& values, std::size_t rows) {
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += values[i + lane];
  }
  for (; i < rows; ++i) sums[0] += values[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void MergePair(CoMoments::Pair& into, const CoMoments::Pair& part) {
  if (part.rows == 0) return;
  if (into.rows == 0) {
    into = part;
    return;
  }
  const double all = into.rows + part.rows, weight = into.rows * part.rows / all;
  const auto x = static_cast<double>(part.mean_x - into.mean_x),
             y = static_cast<double>(part.mean_y - into.mean_y);
  into.xx += part.xx + x * x * weight;
  into.yy += part.yy + y * y * weight;
  into.xy += part.xy + x * y * weight;
  into.mean_x += static_cast<long double>(x) * part.rows / all;
  into.mean_y += static_cast<long double>(y) * part.rows / all;
  into.rows = all;
}

}  // namespace

void Centered::Take(std::span<const double> values) {
  off.resize(values.size());
  off_squared.resize(values.size());
  there.resize(values.size());
  double total = 0, rows = 0;
  for (const double value : values) {
    const bool finite = std::isfinite(value);
    total += finite ? value : 0;
    rows += finite ? 1 : 0;
  }
  center = rows > 0 && std::isfinite(total) ? total / rows : 0;
  whole = rows == static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool finite = std::isfinite(values[i]);
    off[i] = finite ? values[i] - center : 0;
    off_squared[i] = off[i] * off[i];
    there[i] = finite ? 1 : 0;
  }
  sum = Sum(off, off.size()), squares = Sum(off_squared, off.size());
}

std::size_t CoMoments::At(std::size_t a, std::size_t b) const {
  const std::size_t high = std::max(a, b), low = std::min(a, b);
  return high * (high + 1) / 2 + low;
}

void CoMoments::AddPair(std::size_t pair, std::span<const Centered> chunk, std::size_t rows) {
  auto a = static_cast<std::size_t>((std::sqrt(8.0 * static_cast<double>(pair) + 1) - 1) / 2);
  while ((a + 1) * (a + 2) / 2 <= pair) ++a;
  while (a * (a + 1) / 2 > pair) --a;
  const Centered &x = chunk[a], &y = chunk[pair - a * (a + 1) / 2];
  Pair part;
  const double xy = Dot(x.off.data(), y.off.data(), rows);
  double sum_x = 0, sum_y = 0;
  if (x.whole && y.whole) {
    part.rows = static_cast<double>(rows);
    sum_x = x.sum, sum_y = y.sum;
    part.xx = x.squares, part.yy = y.squares;
  } else {
    part.rows = Dot(x.there.data(), y.there.data(), rows);
    sum_x = Dot(x.off.data(), y.there.data(), rows), sum_y = Dot(y.off.data(), x.there.data(), rows);
    part.xx = Dot(x.off_squared.data(), y.there.data(), rows);
    part.yy = Dot(y.off_squared.data(), x.there.data(), rows);
  }
  if (part.rows == 0) return;
  const double off_x = sum_x / part.rows, off_y = sum_y / part.rows;
  part.xx -= off_x * sum_x;
  part.yy -= off_y * sum_y;
  part.xy = xy - off_x * sum_y;
  part.mean_x = static_cast<long double>(x.center) + off_x;
  part.mean_y = static_cast<long double>(y.center) + off_y;
  MergePair(pairs_[pair], part);
}

void CoMoments::Merge(const CoMoments& other) {
  for (std::size_t i = 0; i < pairs_.size(); ++i) MergePair(pairs_[i], other.pairs_[i]);
}

CoMoments CoMoments::Placed(std::span<const std::size_t> places, std::size_t columns) const {
  CoMoments placed(columns);
  for (std::size_t a = 0; a < columns_; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      if (places[a] >= columns || places[b] >= columns) continue;
      Pair pair = pairs_[At(a, b)];
      if (places[a] < places[b]) {
        std::swap(pair.mean_x, pair.mean_y);
        std::swap(pair.xx, pair.yy);
      }
      placed.pairs_[placed.At(places[a], places[b])] = pair;
    }
  }
  return placed;
}

double CoMoments::Pearson(std::size_t a, std::size_t b) const {
  const Pair& pair = pairs_[At(a, b)];
  // A spread that is nothing but rounding is none.
  const auto flat = [&](double squares, long double mean) {
    return squares <= 1e-24L * mean * mean * pair.rows;
  };
  if (pair.rows < 2 || pair.xx <= 0 || pair.yy <= 0 || flat(pair.xx, pair.mean_x) ||
      flat(pair.yy, pair.mean_y))
    return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(pair.xy / (std::sqrt(pair.xx) * std::sqrt(pair.yy)), -1.0, 1.0);
}

std::int64_t CoMoments::Rows(std::size_t a, std::size_t b) const {
  return std::llround(pairs_[At(a, b)].rows);
}

}  // namespace cairn::profile

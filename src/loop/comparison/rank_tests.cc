#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "loop/comparison/exact/cramer_von_mises.h"
#include "loop/comparison/exact/kolmogorov.h"
#include "loop/comparison/exact/mann_whitney.h"
#include "loop/comparison/exact/merge.h"
#include "loop/comparison/exact/sides.h"
#include "loop/comparison/exact/special_functions.h"
#include "loop/comparison/exact/sum.h"
#include "loop/comparison/sample_distances.h"
#include "loop/comparison/sample_tests.h"

namespace cairn::comparison {
namespace {

constexpr std::int64_t kExactUpTo = 10000;     ///< Rows per side, scipy's limit for method="auto".
constexpr std::int64_t kCramerExactUpTo = 20;  ///< The same of cramervonmises_2samp.
constexpr double kWhitneyPairs = 5e7;          ///< Exact up to so many pairs: half a gigabyte.
constexpr std::int64_t kWhitneyExactUpTo = 8;  ///< The same of mannwhitneyu, of either side.

/// max |i n2 - j n1| over the pooled points, where i and j count values up to the point.
std::int64_t LargestWholeGap(const Sample& reference, const Sample& current) {
  const std::int64_t n1 = reference.rows(), n2 = current.rows();
  std::int64_t largest = 0;
  ForEachTie(reference, current, [&](const Tie& tie) {
    const std::int64_t i = tie.reference_below + tie.reference, j = tie.current_below + tie.current;
    largest = std::max(largest, std::abs(i * n2 - j * n1));
  });
  return largest;
}

/// Rows below and at each distinct value, for a sample among others.
struct Ranks {
  std::vector<double> at;  ///< Distinct values of all samples, ascending.
  std::vector<std::int64_t> rows;
};

Ranks RanksOf(std::span<const Sample> samples) {
  std::vector<double> pooled, merged;
  for (const Sample& sample : samples) {
    merged.resize(pooled.size() + sample.sorted().size());
    std::merge(pooled.begin(), pooled.end(), sample.sorted().begin(), sample.sorted().end(), merged.begin());
    pooled.swap(merged);
  }
  Ranks ranks;
  for (const double value : pooled) {
    if (ranks.at.empty() || ranks.at.back() != value) {
      ranks.at.push_back(value);
      ranks.rows.push_back(0);
    }
    ++ranks.rows.back();
  }
  return ranks;
}

/// Scholz & Stephens' A2akN for one sample, before the factor (N - 1) / N.
double MidrankTerm(const Ranks& all, const Sample& sample, double total) {
  Sum sum;
  const std::span<const double> sorted = sample.sorted();
  const auto rows = static_cast<double>(sample.rows());
  std::size_t below = 0;
  std::int64_t all_below = 0;
  for (std::size_t i = 0; i < all.at.size(); ++i) {
    const std::size_t first = below;
    while (below < sorted.size() && sorted[below] == all.at[i]) ++below;
    const double mine = static_cast<double>(first) + static_cast<double>(below - first) / 2;
    const auto tied = static_cast<double>(all.rows[i]);
    const double middle = static_cast<double>(all_below) + tied / 2;
    const double gap = total * mine - middle * rows;
    sum.Add(tied / total * gap * gap / (middle * (total - middle) - total * tied / 4));
    all_below += all.rows[i];
  }
  return sum.value() / rows;
}

/// The variance of A2kN under the null hypothesis (Scholz & Stephens, equation 4).
double AndersonVariance(double samples, double total, double inverse_rows) {
  double harmonic = 0, g = 0;
  Sum sum, products;
  for (double i = total - 1; i > 1; i -= 1) {
    sum.Add(1 / i);
    products.Add(sum.value() / (total - i + 1));
  }
  harmonic = sum.value() + 1;
  g = products.value();
  const double k = samples, h = harmonic, reciprocal = inverse_rows;
  const double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * reciprocal;
  const double b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * reciprocal - 8 * h + 4 * g - 6;
  const double c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * reciprocal + 4 * h;
  const double d = (2 * h + 6) * k * k - 4 * h * k;
  return (a * total * total * total + b * total * total + c * total + d) /
         ((total - 1) * (total - 2) * (total - 3));
}

constexpr std::array kLevels = {0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};

/// At `at`, the parabola through the logarithms of the levels over `critical`, by least squares.
double ParabolaAt(const std::array<long double, kLevels.size()>& critical, double at) {
  // Normal equations around the mean, solved by Cramer's rule.
  const long double mean = std::accumulate(critical.begin(), critical.end(), 0.0L) / kLevels.size();
  std::array<long double, 5> power{};
  std::array<long double, 3> moment{};
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    const long double x = critical[i] - mean, y = std::log(static_cast<long double>(kLevels[i]));
    for (std::size_t p = 0; p < power.size(); ++p) power[p] += std::pow(x, static_cast<long double>(p));
    for (std::size_t p = 0; p < moment.size(); ++p) moment[p] += y * std::pow(x, static_cast<long double>(p));
  }
  const auto determinant = [](long double a, long double b, long double c, long double d, long double e,
                              long double f, long double g, long double h, long double i) {
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  };
  const auto& [s0, s1, s2, s3, s4] = power;
  const auto& [t0, t1, t2] = moment;
  const long double whole = determinant(s0, s1, s2, s1, s2, s3, s2, s3, s4);
  const long double constant = determinant(t0, s1, s2, t1, s2, s3, t2, s3, s4) / whole;
  const long double linear = determinant(s0, t0, s2, s1, t1, s3, s2, t2, s4) / whole;
  const long double square = determinant(s0, s1, t0, s1, s2, t1, s2, s3, t2) / whole;
  const long double x = at - mean;
  return static_cast<double>(constant + x * (linear + x * square));
}

/// The p-value between Scholz & Stephens' critical values: a parabola through the logarithms of the levels,
/// by least squares.
TestResult InterpolatedP(double statistic, double freedom) {
  constexpr std::array b0 = {0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085};
  constexpr std::array b1 = {-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615};
  constexpr std::array b2 = {-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154};
  std::array<long double, kLevels.size()> critical{};
  for (std::size_t i = 0; i < kLevels.size(); ++i)
    critical[i] = b0[i] + b1[i] / std::sqrt(freedom) + b2[i] / freedom;
  if (statistic < static_cast<double>(*std::ranges::min_element(critical))) return {statistic, 0.25, true};
  if (statistic > static_cast<double>(*std::ranges::max_element(critical))) return {statistic, 0.001, true};
  return {statistic, std::exp(ParabolaAt(critical, statistic))};
}

/// Sums over ties that the rank tests need.
struct PooledRanks {
  double reference_sum = 0;  ///< Midranks of the reference's values.
  double tie_sum = 0;        ///< t^3 - t over the groups of equal values.
  bool tied = false;
};

PooledRanks PooledRanksOf(const Sample& reference, const Sample& current) {
  Sum ranks, ties;
  PooledRanks pooled;
  ForEachTie(reference, current, [&](const Tie& tie) {
    const auto rows = static_cast<double>(tie.reference + tie.current);
    const double before = static_cast<double>(tie.reference_below + tie.current_below);
    ranks.Add(static_cast<double>(tie.reference) * (before + (rows + 1) / 2));
    ties.Add(rows * rows * rows - rows);
    pooled.tied |= rows > 1;
  });
  pooled.reference_sum = ranks.value();
  pooled.tie_sum = ties.value();
  return pooled;
}

double WhitneyAsymptotic(double u, double n1, double n2, double tie_sum) {
  const double n = n1 + n2;
  const double untied = std::max(0.0, (n + 1) - tie_sum / (n * (n - 1)));
  const double deviation = std::sqrt(n1 * n2 / 12 * untied);
  const double excess = u - n1 * n2 / 2 - 0.5;
  if (deviation == 0) return 1.0;
  return NormalTail(excess / deviation);
}

/// Anderson's U (equation 10), where midranks count as they are.
double CramerU(const Sample& reference, const Sample& current) {
  Sum reference_sum, current_sum;
  ForEachTie(reference, current, [&](const Tie& tie) {
    const auto rows = static_cast<double>(tie.reference + tie.current);
    const double rank = static_cast<double>(tie.reference_below + tie.current_below) + (rows + 1) / 2;
    // The k-th of a run of equal values: its rank less its own position in the sample.
    const auto run = [rank](Sum& sum, std::int64_t below, std::int64_t count) {
      for (std::int64_t k = 1; k <= count; ++k) {
        const double gap = rank - static_cast<double>(below + k);
        sum.Add(gap * gap);
      }
    };
    run(reference_sum, tie.reference_below, tie.reference);
    run(current_sum, tie.current_below, tie.current);
  });
  return static_cast<double>(reference.rows()) * reference_sum.value() +
         static_cast<double>(current.rows()) * current_sum.value();
}

}  // namespace

Result<TestResult> KolmogorovSmirnov(const Sample& reference, const Sample& current, Precision precision) {
  CAIRN_TRY(CheckSides(reference, current));
  const std::int64_t n1 = reference.rows(), n2 = current.rows();
  const std::int64_t gap = LargestWholeGap(reference, current);
  const auto first = static_cast<double>(n1), second = static_cast<double>(n2);
  TestResult result;
  result.statistic = static_cast<double>(gap) / (first * second);
  const bool exact =
      precision == Precision::Exact || (precision != Precision::Asymptotic && std::max(n1, n2) <= kExactUpTo);
  if (exact) {
    result.p_value = SmirnovExactTail(n1, n2, gap / std::gcd(n1, n2));
  } else {
    // nearbyint rounds halves to even, as numpy does.
    const auto effective = static_cast<std::int64_t>(std::nearbyint(first * second / (first + second)));
    result.p_value = KolmogorovTail(effective, result.statistic);
  }
  return result;
}

Result<TestResult> AndersonDarling(std::span<const Sample> samples) {
  if (samples.size() < 2)
    return Error{Reason::Unprocessable, "Anderson and Darling's test compares two samples or more"};
  double total = 0, inverse = 0;
  for (const Sample& sample : samples) {
    if (sample.empty()) return EmptySide(&sample == &samples.front() ? "reference" : "current");
    total += static_cast<double>(sample.rows());
    inverse += 1.0 / static_cast<double>(sample.rows());
  }
  const Ranks ranks = RanksOf(samples);
  if (total < 4 || ranks.at.size() < 2) {
    return Error{Reason::Unprocessable,
                 "Anderson and Darling's test needs four rows and two distinct values in all"};
  }
  Sum sum;
  for (const Sample& sample : samples) sum.Add(MidrankTerm(ranks, sample, total));
  const auto k = static_cast<double>(samples.size());
  const double distance = sum.value() * (total - 1) / total;
  return InterpolatedP((distance - (k - 1)) / std::sqrt(AndersonVariance(k, total, inverse)), k - 1);
}

Result<TestResult> AndersonDarling(const Sample& reference, const Sample& current) {
  return AndersonDarling(std::array{reference, current});
}

Result<TestResult> CramerVonMises(const Sample& reference, const Sample& current, Precision precision) {
  CAIRN_TRY(CheckSides(reference, current, 2));
  const std::int64_t m = reference.rows(), n = current.rows();
  const double u = CramerU(reference, current);
  const auto x = static_cast<double>(m), y = static_cast<double>(n);
  const double pairs = x * y, rows = x + y;
  TestResult result;
  result.statistic = u / (pairs * rows) - (4 * pairs - 1) / (6 * rows);
  const bool exact = precision == Precision::Exact ||
                     (precision != Precision::Asymptotic && std::max(m, n) <= kCramerExactUpTo);
  if (exact) {
    if (std::max(m, n) > kCramerExactUpTo) {
      return Error{Reason::Unprocessable, "the exact test of Cramér and von Mises is for at most " +
                                              std::to_string(kCramerExactUpTo) + " rows a side"};
    }
    result.p_value = CramerVonMisesExactTail(m, n, std::llround(4 * u));
    return result;
  }
  const double expected = (1 + 1 / rows) / 6;
  const double variance =
      (rows + 1) * (4 * pairs * rows - 3 * (x * x + y * y) - 2 * pairs) / (45 * rows * rows * 4 * pairs);
  const double normed = 1.0 / 6 + (result.statistic - expected) / std::sqrt(45 * variance);
  result.p_value =
      precision == Precision::AsScipy ? CramerVonMisesTailOfScipy(normed) : CramerVonMisesTail(normed);
  return result;
}

Result<TestResult> MannWhitney(const Sample& reference, const Sample& current, Alternative alternative,
                               Precision precision) {
  CAIRN_TRY(CheckSides(reference, current));
  const auto n1 = static_cast<double>(reference.rows()), n2 = static_cast<double>(current.rows());
  const PooledRanks pooled = PooledRanksOf(reference, current);
  const double u = pooled.reference_sum - n1 * (n1 + 1) / 2, mirrored = n1 * n2 - u;
  const double tail = alternative == Alternative::Greater ? u
                      : alternative == Alternative::Less  ? mirrored
                                                          : std::max(u, mirrored);
  const bool fits = n1 * n2 <= kWhitneyPairs;
  const bool few = fits && std::min(reference.rows(), current.rows()) <= kWhitneyExactUpTo;
  const bool exact =
      precision == Precision::Exact || (precision != Precision::Asymptotic && few && !pooled.tied);
  if (exact && !fits)
    return Error{Reason::Unprocessable,
                 "the exact test of Mann and Whitney would need gigabytes for so many rows"};
  const double p =
      exact ? MannWhitneyExactTail(reference.rows(), current.rows(), static_cast<std::int64_t>(tail))
            : WhitneyAsymptotic(tail, n1, n2, pooled.tie_sum);
  return TestResult{u, std::min(1.0, alternative == Alternative::TwoSided ? 2 * p : p)};
}

}  // namespace cairn::comparison

#include "loop/comparison/count_tests.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "loop/comparison/exact/hypergeometric.h"
#include "loop/comparison/exact/kolmogorov.h"
#include "loop/comparison/exact/sides.h"
#include "loop/comparison/exact/special_functions.h"
#include "loop/comparison/exact/sum.h"

namespace cairn::comparison {
namespace {

constexpr std::int64_t kExactUpTo = 10000;

std::size_t BinsSeen(const PairedCounts& counts) {
  std::size_t bins = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i)
    bins += counts.reference[i] > 0 || counts.current[i] > 0 ? 1 : 0;
  return bins;
}

/// sum over both sides of term(observed, expected), where a side's expected rows follow the pooled shares.
template <class Term>
double OverHomogeneity(const PairedCounts& counts, Term&& term) {
  const auto n1 = static_cast<double>(Total(counts.reference)),
             n2 = static_cast<double>(Total(counts.current));
  Sum sum;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const auto x = static_cast<double>(counts.reference[i]), y = static_cast<double>(counts.current[i]);
    if (x + y == 0) continue;
    sum.Add(term(x, (x + y) * (n1 / (n1 + n2))));
    sum.Add(term(y, (x + y) * (n2 / (n1 + n2))));
  }
  return sum.value();
}

TestResult Homogeneity(double statistic, const PairedCounts& counts) {
  const std::size_t bins = BinsSeen(counts);
  if (bins < 2) return {};
  return {statistic, ChiSquareTail(statistic, static_cast<double>(bins) - 1)};
}

}  // namespace

Result<TestResult> ChiSquareEvidently(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const double scale =
      static_cast<double>(Total(counts.current)) / static_cast<double>(Total(counts.reference));
  Sum statistic;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const auto observed = static_cast<double>(counts.current[i]);
    const double expected = static_cast<double>(counts.reference[i]) * scale;
    if (observed == expected) continue;
    if (expected == 0) return TestResult{std::numeric_limits<double>::infinity(), 0.0};
    statistic.Add((observed - expected) * (observed - expected) / expected);
  }
  const double degrees = static_cast<double>(counts.reference.size()) - 1.0;
  return TestResult{statistic.value(), ChiSquareTail(statistic.value(), degrees)};
}

Result<TestResult> GTestEvidently(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const auto n1 = static_cast<double>(Total(counts.reference)),
             n2 = static_cast<double>(Total(counts.current));
  if (std::fabs(n1 - n2) / std::min(n1, n2) > std::sqrt(std::numeric_limits<double>::epsilon())) {
    return Error{Reason::Unprocessable,
                 "Evidently's G-test works only on sides of equal size; use g_homogeneity"};
  }
  Sum statistic;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const auto observed = static_cast<double>(counts.current[i]),
               expected = static_cast<double>(counts.reference[i]);
    if (observed == 0) continue;
    if (expected == 0) return TestResult{std::numeric_limits<double>::infinity(), 0.0};
    statistic.Add(2 * observed * std::log(observed / expected));
  }
  const double degrees = static_cast<double>(counts.reference.size()) - 1.0;
  return TestResult{statistic.value(), ChiSquareTail(statistic.value(), degrees)};
}

Result<TestResult> ChiSquareHomogeneity(const PairedCounts& counts, Yates yates) {
  CAIRN_TRY(CheckSides(counts));
  const double step = yates == Yates::Yes && BinsSeen(counts) == 2 ? 0.5 : 0.0;
  const double statistic = OverHomogeneity(counts, [step](double observed, double expected) {
    const double gap = std::fabs(observed - expected);
    const double corrected = gap - std::min(step, gap);
    return corrected * corrected / expected;
  });
  return Homogeneity(statistic, counts);
}

Result<TestResult> GTestHomogeneity(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const double statistic = OverHomogeneity(counts, [](double observed, double expected) {
    return observed == 0 ? 0.0 : 2 * observed * std::log(observed / expected);
  });
  return Homogeneity(std::max(0.0, statistic), counts);
}

Result<TestResult> FisherExact(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  if (counts.reference.size() > 2) {
    return Error{Reason::InvalidArgument, "Fisher's exact test is for two bins, and there are " +
                                              std::to_string(counts.reference.size()) + "; use chisquare"};
  }
  if (BinsSeen(counts) < 2) return TestResult{std::numeric_limits<double>::quiet_NaN(), 1.0};
  const auto x = static_cast<double>(counts.current[0]), y = static_cast<double>(counts.current[1]);
  const auto z = static_cast<double>(counts.reference[0]), w = static_cast<double>(counts.reference[1]);
  TestResult result;
  result.statistic = x > 0 && w > 0 ? y * z / (x * w) : std::numeric_limits<double>::infinity();
  result.p_value =
      FisherTwoSided(counts.current[1], counts.current[0], counts.reference[1], counts.reference[0]);
  return result;
}

Result<TestResult> TwoProportionZ(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const auto n1 = static_cast<double>(Total(counts.reference));
  const auto n2 = static_cast<double>(Total(counts.current));
  const double rest1 = n1 - static_cast<double>(counts.reference.front());
  const double rest2 = n2 - static_cast<double>(counts.current.front());
  const double pooled = (rest1 + rest2) / (n1 + n2);
  const double difference = rest1 / n1 - rest2 / n2;
  if (difference == 0.0) return TestResult{0.0, 1.0};
  const double z = difference / std::sqrt(pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2));
  return TestResult{z, NormalTwoSidedTail(z)};
}

Result<TestResult> KolmogorovSmirnovOfCounts(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const std::int64_t n1 = Total(counts.reference), n2 = Total(counts.current);
  const long double first = n1, second = n2;
  long double largest = 0, i = 0, j = 0;
  for (std::size_t bin = 0; bin < counts.reference.size(); ++bin) {
    i += counts.reference[bin];
    j += counts.current[bin];
    largest = std::max(largest, std::fabs(i * second - j * first));
  }
  TestResult result;
  result.statistic = static_cast<double>(largest / first / second);
  if (std::max(n1, n2) <= kExactUpTo) {
    result.p_value = SmirnovExactTail(n1, n2, static_cast<std::int64_t>(largest) / std::gcd(n1, n2));
  } else {
    const auto effective =
        static_cast<std::int64_t>(std::nearbyint(static_cast<double>(first * second / (first + second))));
    result.p_value = KolmogorovTail(effective, result.statistic);
  }
  return result;
}

}  // namespace cairn::comparison

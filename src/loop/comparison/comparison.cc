#include "loop/comparison/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "loop/comparison/exact/kolmogorov.h"
#include "loop/comparison/exact/special_functions.h"

namespace cairn::comparison {
namespace {

constexpr std::int64_t kExactUpTo = 10000;  ///< Rows per side, scipy's limit for method="auto".
constexpr std::size_t kBinsFromDistinct = 20;
constexpr std::int64_t kSmallReference = 1000;

Error EmptySide(std::string_view side) {
  return Error{Reason::Unprocessable,
               "the " + std::string(side) +
                   " side has no usable value after dropping missing and infinite ones; "
                   "there is nothing to compare"};
}

struct SortedPair {
  std::vector<double> reference;
  std::vector<double> current;
};

Result<SortedPair> Sorted(std::span<const double> reference, std::span<const double> current) {
  SortedPair pair{SortedFinite(reference), SortedFinite(current)};
  if (pair.reference.empty()) return EmptySide("reference");
  if (pair.current.empty()) return EmptySide("current");
  return pair;
}

/// The distinct finite values, ascending; stops early, and gives `limit` + 1 values, when there are more than
/// `limit`.
std::vector<double> DistinctUpTo(std::size_t limit, std::span<const double> values,
                                 std::vector<double> seen = {}) {
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const auto place = std::lower_bound(seen.begin(), seen.end(), value);
    if (place != seen.end() && *place == value) continue;
    seen.insert(place, value);
    if (seen.size() > limit) break;
  }
  return seen;
}

std::vector<std::int64_t> CountEach(const std::vector<double>& distinct, const std::vector<double>& sorted) {
  std::vector<std::int64_t> counts(distinct.size(), 0);
  auto from = sorted.begin();
  for (std::size_t i = 0; i < distinct.size(); ++i) {
    from = std::lower_bound(from, sorted.end(), distinct[i]);
    const auto to = std::upper_bound(from, sorted.end(), distinct[i]);
    counts[i] = to - from;
    from = to;
  }
  return counts;
}

Result<PairedCounts> CountPerValue(std::span<const double> reference, std::span<const double> current) {
  const SortedPair sorted = CAIRN_TRY(Sorted(reference, current));
  std::vector<double> distinct;
  std::merge(sorted.reference.begin(), sorted.reference.end(), sorted.current.begin(), sorted.current.end(),
             std::back_inserter(distinct));
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  return PairedCounts{CountEach(distinct, sorted.reference), CountEach(distinct, sorted.current)};
}

std::int64_t Total(const std::vector<std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::int64_t FiniteRows(std::span<const double> values) {
  return std::count_if(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

Result<Done> Check(const PairedCounts& counts) {
  if (counts.reference.size() != counts.current.size()) {
    return Error{Reason::InvalidArgument, "the reference has " + std::to_string(counts.reference.size()) +
                                              " bins and the current side " +
                                              std::to_string(counts.current.size()) +
                                              "; count both over the same edges"};
  }
  const auto negative = [](std::int64_t count) { return count < 0; };
  if (std::ranges::any_of(counts.reference, negative) || std::ranges::any_of(counts.current, negative)) {
    return Error{Reason::InvalidArgument, "a bin has a negative count; counts are numbers of rows"};
  }
  if (Total(counts.reference) == 0) return EmptySide("reference");
  if (Total(counts.current) == 0) return EmptySide("current");
  return Done{};
}

std::vector<double> Shares(const std::vector<std::int64_t>& counts) {
  const auto rows = static_cast<double>(Total(counts));
  std::vector<double> shares(counts.size());
  std::transform(counts.begin(), counts.end(), shares.begin(),
                 [rows](std::int64_t count) { return static_cast<double>(count) / rows; });
  return shares;
}

std::vector<double> FilledShares(const std::vector<std::int64_t>& counts) {
  std::vector<double> shares = Shares(counts);
  double least = 1.0;
  for (const double share : shares) {
    if (share > 0.0) least = std::min(least, share);
  }
  const double fill = least <= 0.0001 ? least / 1e6 : 0.0001;
  std::replace(shares.begin(), shares.end(), 0.0, fill);
  return shares;
}

/// In nats, between 0 and ln 2.
double JensenShannonDivergence(const PairedCounts& counts) {
  const std::vector<double> p = Shares(counts.reference);
  const std::vector<double> q = Shares(counts.current);
  double sum = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double middle = (p[i] + q[i]) / 2.0;
    if (p[i] > 0.0) sum += p[i] * std::log(p[i] / middle);
    if (q[i] > 0.0) sum += q[i] * std::log(q[i] / middle);
  }
  return std::max(0.0, sum / 2.0);
}

double StandardDeviation(const std::vector<double>& values) {
  const auto rows = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / rows;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / rows);
}

/// max |i n2 - j n1| over the pooled points, where i and j count values up to the point.
std::int64_t LargestGap(const SortedPair& sorted) {
  const auto n1 = static_cast<std::int64_t>(sorted.reference.size());
  const auto n2 = static_cast<std::int64_t>(sorted.current.size());
  std::int64_t i = 0;
  std::int64_t j = 0;
  std::int64_t largest = 0;
  while (i < n1 && j < n2) {
    const double point =
        std::min(sorted.reference[static_cast<std::size_t>(i)], sorted.current[static_cast<std::size_t>(j)]);
    while (i < n1 && sorted.reference[static_cast<std::size_t>(i)] == point) ++i;
    while (j < n2 && sorted.current[static_cast<std::size_t>(j)] == point) ++j;
    largest = std::max(largest, std::abs(i * n2 - j * n1));
  }
  return largest;
}

struct NamedMethod {
  Method method;
  std::string_view name;
};
constexpr std::array<NamedMethod, 7> kMethods{{{Method::KolmogorovSmirnovP, "ks"},
                                               {Method::ChiSquareP, "chisquare"},
                                               {Method::ZTestP, "z"},
                                               {Method::Wasserstein, "wasserstein"},
                                               {Method::JensenShannon, "jensenshannon"},
                                               {Method::Psi, "psi"},
                                               {Method::KlDivergence, "kl_div"}}};

bool IsPValue(Method method) {
  return method == Method::KolmogorovSmirnovP || method == Method::ChiSquareP || method == Method::ZTestP;
}

/// Evidently compares the KS p-value with <= and the two others with <.
bool IsDrift(Method method, double score, double threshold) {
  if (method == Method::KolmogorovSmirnovP) return score <= threshold;
  return IsPValue(method) ? score < threshold : score >= threshold;
}

Result<double> ScoreOfCounts(Method method, const PairedCounts& counts) {
  switch (method) {
    case Method::ChiSquareP:
      return CAIRN_TRY(ChiSquareEvidently(counts)).p_value;
    case Method::ZTestP:
      return CAIRN_TRY(TwoProportionZ(counts)).p_value;
    case Method::JensenShannon:
      return JsDistanceE(counts);
    case Method::Psi:
      return PsiEvidently(counts);
    case Method::KlDivergence:
      return KlDivergenceEvidently(counts);
    case Method::KolmogorovSmirnovP:
    case Method::Wasserstein:
      break;
  }
  return Error{Reason::InvalidArgument,
               "the statistic '" + std::string(NameOf(method)) +
                   "' needs the numbers themselves, not counts; choose jensenshannon, psi, kl_div, "
                   "chisquare or z"};
}

Result<double> ScoreOfNumbers(Method method, std::span<const double> reference,
                              std::span<const double> current, NumberKind kind) {
  switch (method) {
    case Method::KolmogorovSmirnovP:
      return CAIRN_TRY(KolmogorovSmirnov(reference, current)).p_value;
    case Method::Wasserstein:
      return WassersteinNormed(reference, current);
    case Method::ChiSquareP:
    case Method::ZTestP:
      return ScoreOfCounts(method, CAIRN_TRY(CountPerValue(reference, current)));
    case Method::JensenShannon:
    case Method::Psi:
    case Method::KlDivergence:
      return ScoreOfCounts(method, CAIRN_TRY(BinTogether(reference, current, kind)));
  }
  return Error{Reason::Internal, "unknown statistic"};
}

Method ChooseForNumbers(std::int64_t reference_rows, std::size_t distinct) {
  if (reference_rows > kSmallReference) return distinct > 5 ? Method::Wasserstein : Method::JensenShannon;
  if (distinct > 5) return Method::KolmogorovSmirnovP;
  return distinct > 2 ? Method::ChiSquareP : Method::ZTestP;
}

Drift Judge(Method method, double score, const DriftSettings& settings) {
  Drift drift;
  drift.method = method;
  drift.score = score;
  drift.threshold = settings.threshold.value_or(DefaultThreshold(method));
  drift.drifted = IsDrift(method, score, drift.threshold);
  return drift;
}

}  // namespace

Result<PairedCounts> BinTogether(std::span<const double> reference, std::span<const double> current,
                                 NumberKind kind) {
  if (DistinctUpTo(kBinsFromDistinct, reference).size() <= kBinsFromDistinct)
    return CountPerValue(reference, current);
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto widen = [&](std::span<const double> values) {
    for (const double value : values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  };
  widen(reference);
  widen(current);
  const std::int64_t current_rows = FiniteRows(current);
  if (current_rows == 0) return EmptySide("current");
  const std::vector<double> edges = SturgesEdges(low, high, FiniteRows(reference) + current_rows, kind);
  return PairedCounts{CountOver(edges, reference), CountOver(edges, current)};
}

Result<PairedCounts> Align(const CategoryCounts& reference, const CategoryCounts& current) {
  PairedCounts counts;
  std::map<std::string_view, std::pair<std::int64_t, std::int64_t>> both;
  for (const auto& [name, rows] : reference) both[name].first = rows;
  for (const auto& [name, rows] : current) both[name].second = rows;
  for (const auto& [name, rows] : both) {
    if (rows.first == 0 && rows.second == 0) continue;
    counts.reference.push_back(rows.first);
    counts.current.push_back(rows.second);
  }
  CAIRN_TRY(Check(counts));
  return counts;
}

Result<TestResult> KolmogorovSmirnov(std::span<const double> reference, std::span<const double> current) {
  const SortedPair sorted = CAIRN_TRY(Sorted(reference, current));
  const auto n1 = static_cast<std::int64_t>(sorted.reference.size());
  const auto n2 = static_cast<std::int64_t>(sorted.current.size());
  const std::int64_t gap = LargestGap(sorted);
  const double first = static_cast<double>(n1);
  const double second = static_cast<double>(n2);
  TestResult result;
  result.statistic = static_cast<double>(gap) / (first * second);
  if (std::max(n1, n2) <= kExactUpTo) {
    result.p_value = SmirnovExactTail(n1, n2, gap / std::gcd(n1, n2));
  } else {
    // nearbyint rounds halves to even, as numpy does.
    const auto effective = static_cast<std::int64_t>(std::nearbyint(first * second / (first + second)));
    result.p_value = KolmogorovTail(effective, result.statistic);
  }
  return result;
}

Result<double> WassersteinNormed(std::span<const double> reference, std::span<const double> current) {
  const SortedPair sorted = CAIRN_TRY(Sorted(reference, current));
  const auto n1 = static_cast<double>(sorted.reference.size());
  const auto n2 = static_cast<double>(sorted.current.size());
  double area = 0.0;
  std::size_t i = 0;
  std::size_t j = 0;
  double previous = std::min(sorted.reference.front(), sorted.current.front());
  while (i < sorted.reference.size() || j < sorted.current.size()) {
    const bool from_reference = j == sorted.current.size() ||
                                (i < sorted.reference.size() && sorted.reference[i] <= sorted.current[j]);
    const double point = from_reference ? sorted.reference[i] : sorted.current[j];
    area += std::fabs(static_cast<double>(i) / n1 - static_cast<double>(j) / n2) * (point - previous);
    previous = point;
    ++(from_reference ? i : j);
  }
  return area / std::max(StandardDeviation(sorted.reference), 0.001);
}

Result<double> PsiEvidently(const PairedCounts& counts) {
  CAIRN_TRY(Check(counts));
  const std::vector<double> p = FilledShares(counts.reference);
  const std::vector<double> q = FilledShares(counts.current);
  double sum = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += (p[i] - q[i]) * std::log(p[i] / q[i]);
  return sum;
}

Result<double> KlDivergenceEvidently(const PairedCounts& counts) {
  CAIRN_TRY(Check(counts));
  const std::vector<double> p = FilledShares(counts.reference);
  const std::vector<double> q = FilledShares(counts.current);
  const double p_sum = std::accumulate(p.begin(), p.end(), 0.0);
  const double q_sum = std::accumulate(q.begin(), q.end(), 0.0);
  double sum = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += p[i] / p_sum * std::log(p[i] / p_sum / (q[i] / q_sum));
  return sum;
}

Result<double> JsDistanceE(const PairedCounts& counts) {
  CAIRN_TRY(Check(counts));
  return std::sqrt(JensenShannonDivergence(counts));
}

Result<double> JsDistance2(const PairedCounts& counts) {
  CAIRN_TRY(Check(counts));
  return std::sqrt(JensenShannonDivergence(counts) / std::log(2.0));
}

Result<double> JsDivergence2(const PairedCounts& counts) {
  CAIRN_TRY(Check(counts));
  return JensenShannonDivergence(counts) / std::log(2.0);
}

Result<TestResult> ChiSquareEvidently(const PairedCounts& counts) {
  CAIRN_TRY(Check(counts));
  const double scale =
      static_cast<double>(Total(counts.current)) / static_cast<double>(Total(counts.reference));
  double statistic = 0.0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const auto observed = static_cast<double>(counts.current[i]);
    const double expected = static_cast<double>(counts.reference[i]) * scale;
    if (observed == expected) continue;
    statistic += (observed - expected) * (observed - expected) / expected;
  }
  return TestResult{statistic, ChiSquareTail(statistic, static_cast<double>(counts.reference.size()) - 1.0)};
}

Result<TestResult> TwoProportionZ(const PairedCounts& counts) {
  CAIRN_TRY(Check(counts));
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

std::string_view NameOf(Method method) {
  const auto* found = std::ranges::find(kMethods, method, &NamedMethod::method);
  return found == kMethods.end() ? std::string_view() : found->name;
}

Result<Method> MethodNamed(std::string_view name) {
  const auto* found = std::ranges::find(kMethods, name, &NamedMethod::name);
  if (found != kMethods.end()) return found->method;
  return Error{Reason::InvalidArgument,
               "there is no statistic '" + std::string(name) +
                   "'; choose ks, chisquare, z, wasserstein, jensenshannon, psi or kl_div"};
}

double DefaultThreshold(Method method) { return IsPValue(method) ? 0.05 : 0.1; }

Result<Drift> CompareNumbers(std::span<const double> reference, std::span<const double> current,
                             NumberKind kind, const DriftSettings& settings) {
  const std::int64_t reference_rows = FiniteRows(reference);
  const std::int64_t current_rows = FiniteRows(current);
  if (reference_rows == 0) return EmptySide("reference");
  if (current_rows == 0) return EmptySide("current");
  Method method;
  if (settings.method) {
    method = *settings.method;
  } else {
    const std::size_t distinct = DistinctUpTo(5, current, DistinctUpTo(5, reference)).size();
    method = ChooseForNumbers(reference_rows, distinct);
  }
  Drift drift = Judge(method, CAIRN_TRY(ScoreOfNumbers(method, reference, current, kind)), settings);
  drift.reference_rows = reference_rows;
  drift.current_rows = current_rows;
  return drift;
}

Result<Drift> CompareCategories(const CategoryCounts& reference, const CategoryCounts& current,
                                const DriftSettings& settings) {
  const PairedCounts counts = CAIRN_TRY(Align(reference, current));
  DriftSettings chosen = settings;
  if (!chosen.method && Total(counts.reference) <= kSmallReference) {
    chosen.method = counts.reference.size() > 2 ? Method::ChiSquareP : Method::ZTestP;
  }
  return CompareCounts(counts, chosen);
}

Result<Drift> CompareCounts(const PairedCounts& counts, const DriftSettings& settings) {
  const Method method = settings.method.value_or(Method::JensenShannon);
  Drift drift = Judge(method, CAIRN_TRY(ScoreOfCounts(method, counts)), settings);
  drift.reference_rows = Total(counts.reference);
  drift.current_rows = Total(counts.current);
  return drift;
}

}  // namespace cairn::comparison

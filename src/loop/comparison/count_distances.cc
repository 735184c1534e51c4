#include "loop/comparison/count_distances.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "loop/comparison/exact/sides.h"
#include "loop/comparison/exact/sum.h"

namespace cairn::comparison {
namespace {

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

/// sum of term(p, q) over the bins.
template <class Term>
double SumOver(const std::vector<double>& p, const std::vector<double>& q, Term&& term) {
  Sum sum;
  for (std::size_t i = 0; i < p.size(); ++i) sum.Add(term(p[i], q[i]));
  return sum.value();
}

double TotalOf(const std::vector<double>& shares) {
  Sum sum;
  for (const double share : shares) sum.Add(share);
  return sum.value();
}

/// x ln(x / (x + y) * 2), small differences included: ln(2x / (x + y)) = log1p((x - y) / (x + y)).
double HalfJs(double x, double y) { return x > 0.0 ? x * std::log1p((x - y) / (x + y)) : 0.0; }

/// In nats, between 0 and ln 2.
double JensenShannonDivergence(const PairedCounts& counts) {
  const double sum = SumOver(Shares(counts.reference), Shares(counts.current),
                             [](double p, double q) { return HalfJs(p, q) + HalfJs(q, p); });
  return std::max(0.0, sum / 2.0);
}

}  // namespace

Result<double> PsiEvidently(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  return SumOver(FilledShares(counts.reference), FilledShares(counts.current),
                 [](double p, double q) { return (p - q) * std::log(p / q); });
}

Result<double> KlDivergenceEvidently(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const std::vector<double> p = FilledShares(counts.reference), q = FilledShares(counts.current);
  const double p_sum = TotalOf(p), q_sum = TotalOf(q);
  return SumOver(p, q, [&](double x, double y) { return x / p_sum * std::log(x / p_sum / (y / q_sum)); });
}

Result<double> KlDivergence(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const std::vector<double> p = Shares(counts.reference), q = Shares(counts.current);
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] > 0.0 && q[i] == 0.0) return std::numeric_limits<double>::infinity();
  }
  const double sum = SumOver(p, q, [](double x, double y) { return x > 0.0 ? x * std::log(x / y) : 0.0; });
  return std::max(0.0, sum);
}

Result<double> JsDistanceE(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  return std::sqrt(JensenShannonDivergence(counts));
}

Result<double> JsDistance2(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  return std::sqrt(JensenShannonDivergence(counts) / std::log(2.0));
}

Result<double> JsDivergence2(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  return JensenShannonDivergence(counts) / std::log(2.0);
}

Result<double> Hellinger(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const double squares = SumOver(Shares(counts.reference), Shares(counts.current), [](double p, double q) {
    const double difference = std::sqrt(p) - std::sqrt(q);
    return difference * difference;
  });
  return std::min(1.0, std::sqrt(squares / 2.0));
}

Result<double> TotalVariation(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  return SumOver(Shares(counts.reference), Shares(counts.current),
                 [](double p, double q) { return std::fabs(p - q); }) /
         2.0;
}

Result<double> LInfinity(const PairedCounts& counts) {
  CAIRN_TRY(CheckSides(counts));
  const std::vector<double> p = Shares(counts.reference), q = Shares(counts.current);
  double largest = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) largest = std::max(largest, std::fabs(p[i] - q[i]));
  return largest;
}

}  // namespace cairn::comparison

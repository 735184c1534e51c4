#include "loop/synthesis/ties/copula.h"

#include <algorithm>
#include <cmath>

#include "loop/profile/descriptive.h"
#include "loop/synthesis/chance/normal.h"
#include "loop/synthesis/ties/matrix.h"

namespace cairn::synthesis {
namespace {

constexpr std::size_t kTerms = 60;
constexpr double kMost = 0.9995;
/// A sample of fewer rows tells nothing about how columns go together.
constexpr double kLeastRows = 20;

/// The mid-rank of a normal number among the values of a column, as a sum of Hermite polynomials: the
/// correlation of two such is then a power series in that of the numbers (Mehler 1866).
struct Series {
  double deviation = 0;
  std::vector<double> terms;
};

Series SeriesOf(std::span<const double> upto) {
  Series series{0, std::vector<double>(kTerms)};
  double below = 0, variance = 0;
  for (std::size_t i = 0; i < upto.size(); ++i) {
    const double middle = (below + upto[i]) / 2 - 0.5;
    variance += (upto[i] - below) * middle * middle;
    if (i + 1 < upto.size()) {
      // The step from this value's mid-rank to the next one's, and where it stands.
      const double jump = (upto[i + 1] - below) / 2, at = NormalQuantile(upto[i]);
      const double weight = jump * NormalDensity(at);
      double last = 0, polynomial = 1;
      for (std::size_t k = 1; k <= kTerms; ++k) {
        const auto order = static_cast<double>(k);
        series.terms[k - 1] += weight * polynomial / std::sqrt(order);
        const double next = (at * polynomial - std::sqrt(order - 1) * last) / std::sqrt(order);
        last = polynomial, polynomial = next;
      }
    }
    below = upto[i];
  }
  series.deviation = std::sqrt(variance);
  return series;
}

double RankCorrelation(double normal, const Series& a, const Series& b) {
  double sum = 0;
  for (std::size_t k = kTerms; k-- > 0;) sum = (sum + a.terms[k] * b.terms[k]) * normal;
  return sum / (a.deviation * b.deviation);
}

double Inverse(double spearman, const Series& a, const Series& b) {
  if (!(a.deviation > 0 && b.deviation > 0)) return 0;
  double low = -kMost, high = kMost;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (RankCorrelation(middle, a, b) < spearman ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::vector<double> UptoOf(std::span<const double> sample, std::span<const std::uint32_t> order) {
  std::vector<double> upto;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double share = static_cast<double>(i + 1) / static_cast<double>(order.size());
    if (!upto.empty() && sample[order[i]] == sample[order[i - 1]])
      upto.back() = share;
    else
      upto.push_back(share);
  }
  return upto;
}

double SharedRows(std::span<const double> a, std::span<const double> b) {
  double rows = 0;
  for (std::size_t i = 0; i < a.size(); ++i) rows += std::isnan(a[i]) || std::isnan(b[i]) ? 0 : 1;
  return rows;
}

}  // namespace

double NormalCorrelation(double spearman, std::span<const double> upto_a, std::span<const double> upto_b) {
  return Inverse(spearman, SeriesOf(upto_a), SeriesOf(upto_b));
}

Copula::Copula(const std::vector<std::span<const double>>& samples, std::uint64_t seed)
    : chance_(seed, 0x434F50554C41ULL) {
  std::vector<std::vector<std::uint32_t>> orders;
  std::vector<Series> series;
  for (const auto& sample : samples) {
    orders.push_back(profile::AscendingOrder(sample));
    series.push_back(SeriesOf(UptoOf(sample, orders.back())));
  }
  Correlations correlations(samples.size());
  for (std::size_t a = 0; a < samples.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const double spearman = profile::SpearmanOrdered(samples[a], orders[a], samples[b], orders[b]);
      if (std::isnan(spearman) || SharedRows(samples[a], samples[b]) < kLeastRows) continue;
      correlations.Set(a, b, Inverse(spearman, series[a], series[b]));
    }
  }
  root_ = RootOf(correlations);
}

void Copula::Draw(std::uint64_t row, std::vector<double>& shares) const {
  shares.resize(root_.size());
  for (std::size_t i = 0; i < root_.size(); ++i) shares[i] = NormalQuantile(chance_.Unit(row, i));
  for (std::size_t i = root_.size(); i-- > 0;) {
    double sum = 0;
    for (std::size_t k = 0; k <= i; ++k) sum += root_[i][k] * shares[k];
    shares[i] = sum;
  }
  constexpr double kEdge = 0x1p-53;
  for (double& share : shares) share = std::clamp(NormalShare(share), kEdge, 1 - kEdge);
}

}  // namespace cairn::synthesis

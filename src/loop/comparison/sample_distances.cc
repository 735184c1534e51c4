#include "loop/comparison/sample_distances.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "loop/comparison/exact/merge.h"
#include "loop/comparison/exact/sides.h"
#include "loop/comparison/exact/sum.h"

namespace cairn::comparison {
namespace {

/// Calls `take(difference of the distribution functions, width)` for each stretch between pooled values.
/// Written without a branch on which side comes next, which no processor can foretell.
template <class Take>
void ForEachStretch(const Sample& reference, const Sample& current, Take&& take) {
  const std::span<const double> x = reference.sorted(), y = current.sorted();
  const double per_x = 1.0 / static_cast<double>(x.size()), per_y = 1.0 / static_cast<double>(y.size());
  std::size_t i = 0, j = 0;
  double previous = std::min(x.front(), y.front());
  const auto step = [&](double point) {
    if (point != previous)
      take(static_cast<double>(i) * per_x - static_cast<double>(j) * per_y, point - previous);
    previous = point;
  };
  while (i < x.size() && j < y.size()) {
    const bool from_x = x[i] <= y[j];
    step(from_x ? x[i] : y[j]);
    i += from_x ? 1 : 0;
    j += from_x ? 0 : 1;
  }
  for (; i < x.size(); ++i) step(x[i]);
  for (; j < y.size(); ++j) step(y[j]);
}

constexpr std::size_t kBuckets = 10;

struct Buckets {
  std::vector<double> edges;
  std::vector<double> rows;
};

/// Ten even buckets, or one of no width for a constant.
Buckets BucketsOf(const Sample& sample) {
  Buckets buckets;
  const double low = sample.sorted().front(), high = sample.sorted().back();
  if (low == high) return {{low, high}, {static_cast<double>(sample.rows())}};
  buckets.edges = EvenEdges(low, high, kBuckets);
  for (const std::int64_t count : CountOver(buckets.edges, sample.sorted()))
    buckets.rows.push_back(static_cast<double>(count));
  return buckets;
}

/// The rows of `buckets` over other edges, which contain its own; a bucket's rows lie evenly inside it.
std::vector<double> Spread(const Buckets& buckets, const std::vector<double>& edges) {
  std::vector<double> rows(edges.size() - 1, 0.0);
  for (std::size_t b = 0; b < buckets.rows.size(); ++b) {
    const double from = buckets.edges[b], to = buckets.edges[b + 1];
    const auto first =
        static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), from) - edges.begin());
    if (from == to) {
      rows[std::min(first, rows.size() - 1)] += buckets.rows[b];
      continue;
    }
    for (std::size_t i = first; i < rows.size() && edges[i] < to; ++i)
      rows[i] += buckets.rows[b] * (edges[i + 1] - edges[i]) / (to - from);
  }
  return rows;
}

double JsDivergence2Of(const std::vector<double>& x, const std::vector<double>& y) {
  Sum x_all, y_all, divergence;
  for (const double rows : x) x_all.Add(rows);
  for (const double rows : y) y_all.Add(rows);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double p = x[i] / x_all.value(), q = y[i] / y_all.value(), middle = (p + q) / 2;
    if (p > 0) divergence.Add(p * std::log2(p / middle));
    if (q > 0) divergence.Add(q * std::log2(q / middle));
  }
  return std::max(0.0, divergence.value() / 2);
}

}  // namespace

Result<double> Wasserstein(const Sample& reference, const Sample& current) {
  CAIRN_TRY(CheckSides(reference, current));
  Sum area;
  ForEachStretch(reference, current, [&](double gap, double width) { area.Add(std::fabs(gap) * width); });
  return area.value();
}

Result<double> WassersteinNormed(const Sample& reference, const Sample& current) {
  const double distance = CAIRN_TRY(Wasserstein(reference, current));
  return distance / std::max(std::sqrt(reference.Variance()), 0.001);
}

Result<double> EnergyDistance(const Sample& reference, const Sample& current) {
  CAIRN_TRY(CheckSides(reference, current));
  Sum area;
  ForEachStretch(reference, current, [&](double gap, double width) { area.Add(gap * gap * width); });
  return std::sqrt(2.0 * area.value());
}

Result<double> LargestGap(const Sample& reference, const Sample& current) {
  CAIRN_TRY(CheckSides(reference, current));
  double largest = 0;
  ForEachStretch(reference, current,
                 [&](double gap, double) { largest = std::max(largest, std::fabs(gap)); });
  return largest;
}

Result<double> JsDivergenceTfdv(const Sample& reference, const Sample& current,
                                std::int64_t reference_missing, std::int64_t current_missing) {
  CAIRN_TRY(CheckSides(reference, current));
  const Buckets before = BucketsOf(reference), after = BucketsOf(current);
  std::vector<double> edges;
  std::set_union(before.edges.begin(), before.edges.end(), after.edges.begin(), after.edges.end(),
                 std::back_inserter(edges));
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  if (edges.size() == 1) edges.push_back(edges.front());
  std::vector<double> p = Spread(before, edges), q = Spread(after, edges);
  p.push_back(static_cast<double>(reference_missing));
  q.push_back(static_cast<double>(current_missing));
  return JsDivergence2Of(p, q);
}

}  // namespace cairn::comparison

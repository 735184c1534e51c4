#include "loop/comparison/counts.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "loop/comparison/exact/merge.h"
#include "loop/comparison/exact/sides.h"

namespace cairn::comparison {
namespace {

constexpr std::int64_t kBinsFromDistinct = 20;

PairedCounts CountBoth(const std::vector<double>& edges, const Sample& reference, const Sample& current) {
  return {CountOver(edges, reference.sorted()), CountOver(edges, current.sorted())};
}

double LeastOf(const Sample& reference, const Sample& current) {
  return std::min(reference.sorted().front(), current.sorted().front());
}

double GreatestOf(const Sample& reference, const Sample& current) {
  return std::max(reference.sorted().back(), current.sorted().back());
}

}  // namespace

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
  CAIRN_TRY(CheckSides(counts));
  return counts;
}

Result<PairedCounts> BinTogether(const Sample& reference, const Sample& current, NumberKind kind) {
  CAIRN_TRY(CheckSides(reference, current));
  if (reference.Distinct(kBinsFromDistinct) <= kBinsFromDistinct) return CountPerValue(reference, current);
  const auto edges = SturgesEdges(LeastOf(reference, current), GreatestOf(reference, current),
                                  reference.rows() + current.rows(), kind);
  return CountBoth(edges, reference, current);
}

Result<PairedCounts> CountPerValue(const Sample& reference, const Sample& current) {
  CAIRN_TRY(CheckSides(reference, current));
  PairedCounts counts;
  ForEachTie(reference, current, [&](const Tie& tie) {
    counts.reference.push_back(tie.reference);
    counts.current.push_back(tie.current);
  });
  return counts;
}

Result<PairedCounts> BinDistinctTogether(const Sample& reference, const Sample& current, NumberKind kind) {
  CAIRN_TRY(CheckSides(reference, current));
  std::int64_t distinct = 0;
  ForEachTie(reference, current, [&](const Tie&) { ++distinct; });
  const auto edges =
      SturgesEdges(LeastOf(reference, current), GreatestOf(reference, current), distinct, kind);
  return CountBoth(edges, reference, current);
}

Result<PairedCounts> BinByReference(const Sample& reference, const Sample& current, NumberKind kind) {
  CAIRN_TRY(CheckSides(reference, current));
  PairedCounts counts = CountBoth(DoaneEdges(reference, kind), reference, current);
  const std::int64_t outside = current.rows() - Total(counts.current);
  if (outside > 0) {
    counts.reference.push_back(0);
    counts.current.push_back(outside);
  }
  return counts;
}

PairedCounts PoolRare(const PairedCounts& counts, double least) {
  const auto n1 = static_cast<double>(Total(counts.reference)),
             n2 = static_cast<double>(Total(counts.current));
  PairedCounts pooled;
  std::int64_t rare_reference = 0, rare_current = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const auto both = static_cast<double>(counts.reference[i] + counts.current[i]);
    if (both * std::min(n1, n2) / (n1 + n2) < least) {
      rare_reference += counts.reference[i];
      rare_current += counts.current[i];
    } else {
      pooled.reference.push_back(counts.reference[i]);
      pooled.current.push_back(counts.current[i]);
    }
  }
  if (rare_reference + rare_current > 0) {
    pooled.reference.push_back(rare_reference);
    pooled.current.push_back(rare_current);
  }
  return pooled;
}

std::int64_t Total(std::span<const std::int64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

}  // namespace cairn::comparison

#include "loop/synthesis/ties/order.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "loop/profile/descriptive.h"

namespace cairn::synthesis {
namespace {

/// Each sampled value's share of lesser ones; NaN where there is none.
std::vector<double> RanksOf(const std::vector<double>& sample) {
  const auto order = profile::AscendingOrder(sample);
  std::vector<double> ranks(sample.size(), std::nan(""));
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && sample[order[end]] == sample[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i)
      ranks[order[i]] = static_cast<double>(begin + end) / 2 / static_cast<double>(order.size());
  }
  return ranks;
}

/// What the rows of each level have on average of another column, and how much of its spread that explains.
struct Means {
  std::vector<double> of_level;
  double explained = 0;
};

Means MeansOf(const profile::ColumnOutline& column, const std::vector<double>& ranks) {
  const std::size_t levels = column.levels.size();
  std::vector<double> sums(levels), rows(levels);
  double sum = 0, squares = 0, all = 0;
  for (std::size_t row = 0; row < ranks.size(); ++row) {
    if (std::isnan(ranks[row]) || std::isnan(column.sample[row])) continue;
    const auto level = static_cast<std::size_t>(column.sample[row]);
    sums[level] += ranks[row], rows[level] += 1;
    sum += ranks[row], squares += ranks[row] * ranks[row], all += 1;
  }
  Means means;
  const double spread = all > 0 ? squares - sum * sum / all : 0;
  double between = 0, used = 0;
  for (std::size_t i = 0; i < levels; ++i) {
    means.of_level.push_back(rows[i] > 0 ? sums[i] / rows[i] : 0.5);
    if (rows[i] > 0) between += sums[i] * sums[i] / rows[i], used += 1;
  }
  // Many levels explain some of it by chance alone.
  if (spread > 0 && all > used + 1)
    means.explained = (between - sum * sum / all) / spread - (used - 1) / (all - 1);
  return means;
}

}  // namespace

std::vector<std::vector<std::size_t>> OrdersOf(const std::vector<profile::ColumnOutline>& columns) {
  const auto has_levels = [](const auto& column) { return !column.levels.empty() && column.values.empty(); };
  std::vector<std::vector<double>> scales;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].sample.empty() || (has_levels(columns[i]) && columns[i].levels.size() > 2)) continue;
    scales.push_back(RanksOf(columns[i].sample));
  }
  std::vector<std::vector<std::size_t>> orders(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    orders[i].resize(columns[i].levels.size());
    std::iota(orders[i].begin(), orders[i].end(), std::size_t{0});
    if (!has_levels(columns[i]) || columns[i].sample.empty() || columns[i].levels.size() <= 2) continue;
    Means best;
    for (const auto& scale : scales) {
      if (Means means = MeansOf(columns[i], scale); means.explained > best.explained) best = std::move(means);
    }
    if (best.of_level.empty()) continue;
    std::stable_sort(orders[i].begin(), orders[i].end(),
                     [&](std::size_t a, std::size_t b) { return best.of_level[a] < best.of_level[b]; });
  }
  return orders;
}

}  // namespace cairn::synthesis

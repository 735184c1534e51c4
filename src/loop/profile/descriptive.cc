#include "loop/profile/descriptive.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace cairn::profile {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<double, 7> kLevels{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

struct Moments {
  double mean = 0;
  double squares = 0;  ///< Sum of squared deviations.
  double cubes = 0;
};

/// Two passes in extended precision: the deviations of nearly constant columns survive.
Moments MomentsOf(const std::vector<double>& values) {
  long double sum = 0;
  for (const double value : values) sum += value;
  const long double mean = sum / static_cast<long double>(values.size());
  long double squares = 0;
  long double cubes = 0;
  for (const double value : values) {
    const long double off = value - mean;
    squares += off * off;
    cubes += off * off * off;
  }
  return {static_cast<double>(mean), static_cast<double>(squares), static_cast<double>(cubes)};
}

double Skewness(const Moments& moments, double rows) {
  if (rows < 3) return kNan;
  if (moments.squares == 0) return kNan;
  const double variance = moments.squares / rows;
  return std::sqrt(rows * (rows - 1)) / (rows - 2) * (moments.cubes / rows) / std::pow(variance, 1.5);
}

std::int64_t DistinctOf(const std::vector<double>& sorted) {
  std::int64_t distinct = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) distinct += i == 0 || sorted[i] != sorted[i - 1];
  return distinct;
}

Result<Done> SameLength(std::size_t a, std::size_t b) {
  if (a == b) return Done{};
  return Error{Reason::InvalidArgument, "two columns of " + std::to_string(a) + " and " + std::to_string(b) +
                                            " rows cannot be correlated; take both from the same rows"};
}

}  // namespace

double Quantile(std::span<const double> sorted, double level) {
  const double position = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double share = position - static_cast<double>(below);
  const double step = sorted[above] - sorted[below];
  return share >= 0.5 ? sorted[above] - step * (1.0 - share) : sorted[below] + step * share;
}

Result<NumberSummary> SummarizeNumbers(std::span<const double> values) {
  const std::vector<double> sorted = comparison::SortedFinite(values);
  if (sorted.empty()) return Error{Reason::Unprocessable, "the column has no finite value to summarize"};
  const Moments moments = MomentsOf(sorted);
  const auto finite = static_cast<double>(sorted.size());
  NumberSummary summary;
  summary.rows = static_cast<std::int64_t>(values.size());
  summary.missing = std::count_if(values.begin(), values.end(), [](double v) { return std::isnan(v); });
  summary.infinite = summary.rows - summary.missing - static_cast<std::int64_t>(sorted.size());
  summary.distinct = DistinctOf(sorted);
  summary.min = sorted.front();
  summary.max = sorted.back();
  summary.mean = moments.mean;
  summary.median = Quantile(sorted, 0.5);
  summary.deviation = sorted.size() > 1 ? std::sqrt(moments.squares / (finite - 1)) : kNan;
  summary.skewness = Skewness(moments, finite);
  for (const double level : kLevels) summary.quantiles.emplace_back(level, Quantile(sorted, level));
  return summary;
}

CategorySummary SummarizeCategories(const comparison::CategoryCounts& counts, std::int64_t missing,
                                    std::size_t top) {
  CategorySummary summary;
  summary.missing = missing;
  std::int64_t present = 0;
  for (const auto& [name, rows] : counts) {
    if (rows == 0) continue;
    present += rows;
    summary.top.emplace_back(name, rows);
  }
  summary.rows = present + missing;
  summary.distinct = static_cast<std::int64_t>(summary.top.size());
  for (const auto& [name, rows] : summary.top) {
    const double share = static_cast<double>(rows) / static_cast<double>(present);
    summary.entropy_bits -= share * std::log2(share);
  }
  std::stable_sort(summary.top.begin(), summary.top.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (summary.top.size() > top) summary.top.resize(top);
  return summary;
}

Result<double> Pearson(std::span<const double> x, std::span<const double> y) {
  CAIRN_TRY(SameLength(x.size(), y.size()));
  long double x_mean = 0, y_mean = 0, rows = 0;
  const auto usable = [&](std::size_t i) { return std::isfinite(x[i]) && std::isfinite(y[i]); };
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!usable(i)) continue;
    x_mean += x[i];
    y_mean += y[i];
    rows += 1;
  }
  if (rows < 2) return kNan;
  x_mean /= rows;
  y_mean /= rows;
  long double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!usable(i)) continue;
    xx += (x[i] - x_mean) * (x[i] - x_mean);
    yy += (y[i] - y_mean) * (y[i] - y_mean);
    xy += (x[i] - x_mean) * (y[i] - y_mean);
  }
  if (xx <= 0 || yy <= 0) return kNan;
  return std::clamp(static_cast<double>(xy / std::sqrt(xx * yy)), -1.0, 1.0);
}

std::vector<std::uint32_t> AscendingOrder(std::span<const double> values) {
  std::vector<std::uint32_t> order;
  order.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) order.push_back(static_cast<std::uint32_t>(i));
  }
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; });
  return order;
}

namespace {

/// Ranks from 1 among the rows in which `other` is finite too (equal values share the mean of theirs), NaN
/// elsewhere.
std::vector<double> RanksAmong(std::span<const double> values, std::span<const std::uint32_t> order,
                               std::span<const double> other) {
  std::vector<double> ranks(values.size(), kNan);
  double before = 0;
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    double tied = 0;
    for (; last < order.size() && values[order[last]] == values[order[first]]; ++last) {
      tied += std::isfinite(other[order[last]]) ? 1 : 0;
    }
    for (std::size_t i = first; i < last; ++i) {
      if (std::isfinite(other[order[i]])) ranks[order[i]] = before + (tied + 1) / 2;
    }
    before += tied;
  }
  return ranks;
}

/// Rows of each code of either column, and of each pair; rows with a missing code are left out.
struct CrossCounts {
  std::map<std::int32_t, double> a, b;
  std::map<std::pair<std::int32_t, std::int32_t>, double> cells;
  double rows = 0;
};
CrossCounts CrossCount(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  CrossCounts counts;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] < 0 || b[i] < 0) continue;
    ++counts.a[a[i]];
    ++counts.b[b[i]];
    ++counts.cells[{a[i], b[i]}];
    ++counts.rows;
  }
  return counts;
}

}  // namespace

double SpearmanOrdered(std::span<const double> x, std::span<const std::uint32_t> x_order,
                       std::span<const double> y, std::span<const std::uint32_t> y_order) {
  const auto found = Pearson(RanksAmong(x, x_order, y), RanksAmong(y, y_order, x));
  return found ? *found : kNan;
}

Result<double> Spearman(std::span<const double> x, std::span<const double> y) {
  CAIRN_TRY(SameLength(x.size(), y.size()));
  return SpearmanOrdered(x, AscendingOrder(x), y, AscendingOrder(y));
}

Result<double> MutualInformation(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  CAIRN_TRY(SameLength(a.size(), b.size()));
  auto [a_rows, b_rows, cells, rows] = CrossCount(a, b);
  if (rows == 0) return kNan;
  double sum = 0;
  for (const auto& [codes, count] : cells)
    sum += count / rows * std::log(count * rows / (a_rows[codes.first] * b_rows[codes.second]));
  return std::max(sum, 0.0);
}

Result<double> CorrelationRatio(std::span<const std::int32_t> categories, std::span<const double> y) {
  CAIRN_TRY(SameLength(categories.size(), y.size()));
  struct Group {
    long double rows = 0, sum = 0;
  };
  std::map<std::int32_t, Group> groups;
  Group all;
  const auto usable = [&](std::size_t i) { return categories[i] >= 0 && std::isfinite(y[i]); };
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!usable(i)) continue;
    for (Group* group : {&groups[categories[i]], &all}) {
      group->rows += 1;
      group->sum += y[i];
    }
  }
  if (all.rows < 2) return kNan;
  const long double mean = all.sum / all.rows;
  long double total = 0, between = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (usable(i)) total += (y[i] - mean) * (y[i] - mean);
  }
  for (const auto& [code, group] : groups) {
    const long double off = group.sum / group.rows - mean;
    between += group.rows * off * off;
  }
  if (total <= 0) return kNan;
  return std::min(1.0, static_cast<double>(std::sqrt(between / total)));
}

Result<double> CramersV(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  CAIRN_TRY(SameLength(a.size(), b.size()));
  auto [a_rows, b_rows, cells, rows] = CrossCount(a, b);
  const auto narrower = static_cast<double>(std::min(a_rows.size(), b_rows.size()));
  if (narrower < 2) return kNan;
  // chi2 / n = sum over cells of n_ij^2 / (n_i n_j) - 1: empty cells need no visit.
  double sum = 0;
  for (const auto& [codes, count] : cells)
    sum += count * count / (a_rows[codes.first] * b_rows[codes.second]);
  return std::sqrt(std::clamp((sum - 1) / (narrower - 1), 0.0, 1.0));
}

}  // namespace cairn::profile

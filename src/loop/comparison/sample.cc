#include "loop/comparison/sample.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "loop/comparison/exact/radix_sort.h"
#include "loop/comparison/exact/sum.h"

namespace cairn::comparison {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Sample::Sample(std::span<const double> values) : Sample(std::vector<double>(values.begin(), values.end())) {}

Sample::Sample(std::vector<double>&& values) : sorted_(std::move(values)) {
  const std::size_t given = sorted_.size();
  std::erase_if(sorted_, [](double value) { return !std::isfinite(value); });
  dropped_ = static_cast<std::int64_t>(given - sorted_.size());
  Sort(sorted_);
}

std::int64_t Sample::Distinct(std::int64_t most) const {
  std::int64_t distinct = 0;
  for (auto at = sorted_.begin(); at != sorted_.end() && distinct <= most; ++distinct)
    at = std::upper_bound(at, sorted_.end(), *at);
  return distinct;
}

double Sample::Mean() const {
  if (empty()) return kNan;
  Sum sum;
  for (const double value : sorted_) sum.Add(value);
  return sum.value() / static_cast<double>(rows());
}

double Sample::Variance(std::int64_t less) const {
  if (rows() <= less) return kNan;
  const double mean = Mean();
  Sum squares, rest;
  for (const double value : sorted_) {
    squares.Add((value - mean) * (value - mean));
    rest.Add(value - mean);
  }
  // The mean is rounded; what is left of the deviations takes that out again.
  const double excess = rest.value() * rest.value() / static_cast<double>(rows());
  return std::max(0.0, squares.value() - excess) / static_cast<double>(rows() - less);
}

double Sample::Quantile(double level) const {
  if (empty()) return kNan;
  const double position = std::clamp(level, 0.0, 1.0) * static_cast<double>(rows() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted_.size() - 1);
  const double share = position - static_cast<double>(below);
  // From the nearer end, as numpy does.
  const double step = sorted_[above] - sorted_[below];
  return share < 0.5 ? sorted_[below] + step * share : sorted_[above] - step * (1.0 - share);
}

}  // namespace cairn::comparison

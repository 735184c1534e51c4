#include "loop/profile/values/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::profile {

Distribution::Distribution(std::vector<double> values, std::span<const std::int64_t> rows, double rank_error)
    : values_(std::move(values)), rank_error_(rank_error) {
  std::int64_t sum = 0;
  upto_.reserve(rows.size());
  for (const auto count : rows) upto_.push_back(sum += count);
}

std::int64_t Distribution::rows() const {
  return upto_.empty() ? static_cast<std::int64_t>(values_.size()) : upto_.back();
}

double Distribution::At(std::int64_t index) const {
  if (upto_.empty()) return values_[static_cast<std::size_t>(index)];
  const auto found = std::upper_bound(upto_.begin(), upto_.end(), index);
  return values_[static_cast<std::size_t>(found - upto_.begin())];
}

double Distribution::Quantile(double level) const {
  if (values_.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = level * static_cast<double>(rows() - 1);
  const auto below = static_cast<std::int64_t>(position);
  const double share = position - static_cast<double>(below);
  const double low = At(below), high = At(std::min(below + 1, rows() - 1));
  const double step = high - low;
  return share >= 0.5 ? high - step * (1.0 - share) : low + step * share;
}

std::int64_t Distribution::RowsBelow(double value) const {
  const auto at = std::lower_bound(values_.begin(), values_.end(), value) - values_.begin();
  return upto_.empty() ? at : at == 0 ? 0 : upto_[static_cast<std::size_t>(at - 1)];
}

std::int64_t Distribution::RowsUpTo(double value) const {
  const auto at = std::upper_bound(values_.begin(), values_.end(), value) - values_.begin();
  return upto_.empty() ? at : at == 0 ? 0 : upto_[static_cast<std::size_t>(at - 1)];
}

/// The distances fall to the centre and rise from there: two runs that are walked from the centre outwards.
double Distribution::MedianDistance(double center) const {
  if (values_.empty()) return std::numeric_limits<double>::quiet_NaN();
  const std::int64_t last = rows() - 1, below = last / 2, above = last - below;
  auto right =
      static_cast<std::size_t>(std::lower_bound(values_.begin(), values_.end(), center) - values_.begin());
  std::size_t left = right;  // One behind the next value to the left.
  std::int64_t passed = 0;
  double low = 0;
  while (left > 0 || right < values_.size()) {
    const bool to_left =
        right == values_.size() || (left > 0 && center - values_[left - 1] <= values_[right] - center);
    const std::size_t at = to_left ? --left : right++;
    const std::int64_t first = passed;
    passed += RowsOf(at);
    const double distance = std::fabs(values_[at] - center);
    if (first <= below && below < passed) low = distance;
    if (above < passed) return low + (distance - low) * 0.5;
  }
  return low;
}

std::vector<std::int64_t> Distribution::CountOver(std::span<const double> edges) const {
  std::vector<std::int64_t> counts;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const bool last = i + 2 == edges.size();
    counts.push_back((last ? RowsUpTo(edges[i + 1]) : RowsBelow(edges[i + 1])) - RowsBelow(edges[i]));
  }
  return counts;
}

}  // namespace cairn::profile

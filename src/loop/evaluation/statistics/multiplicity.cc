#include "loop/evaluation/statistics/multiplicity.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace cairn::evaluation {
namespace {

/// Places of what is a number, by rising value.
std::vector<std::size_t> Ranked(std::span<const double> values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isnan(values[i])) order.push_back(i);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  return order;
}

}  // namespace

std::vector<double> HolmAdjusted(std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.size(), std::nan(""));
  const auto order = Ranked(p_values);
  double least = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    least = std::max(least, static_cast<double>(order.size() - rank) * p_values[order[rank]]);
    adjusted[order[rank]] = std::min(1.0, least);
  }
  return adjusted;
}

std::vector<double> FalseDiscoveryAdjusted(std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.size(), std::nan(""));
  const auto order = Ranked(p_values);
  const double tests = static_cast<double>(order.size());
  double most = 1;
  for (std::size_t rank = order.size(); rank-- > 0;) {
    most = std::min(most, p_values[order[rank]] * tests / static_cast<double>(rank + 1));
    adjusted[order[rank]] = most;
  }
  return adjusted;
}

}  // namespace cairn::evaluation

#include "loop/serving/traffic/latency_window.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace cairn::serving {

void LatencyWindow::Add(std::int64_t micros) {
  const std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  const auto slot = added_.fetch_add(1, std::memory_order_relaxed) % micros_.size();
  micros_[slot].store(static_cast<std::uint32_t>(std::clamp<std::int64_t>(micros, 0, most)),
                      std::memory_order_relaxed);
}

LatencyWindow::Quantiles LatencyWindow::Now() const {
  const std::size_t count = std::min<std::uint64_t>(added_.load(), micros_.size());
  if (count == 0) return {};
  std::vector<std::uint32_t> sorted;
  sorted.reserve(count);
  for (std::size_t i = 0; i < count; ++i) sorted.push_back(micros_[i].load(std::memory_order_relaxed));
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(count)));
    return sorted[std::max<std::size_t>(rank, 1) - 1] / 1000.0;
  };
  return {at(0.5), at(0.99)};
}

}  // namespace cairn::serving

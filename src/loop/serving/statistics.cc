#include "loop/serving/statistics.h"

#include <algorithm>

namespace cairn::serving {
namespace {

constexpr std::size_t kMostBatches = 64;

void Add(Statistics::Sum& sum, std::int64_t ns) {
  ++sum.count;
  sum.ns += ns;
}

template <class Sums>
void AddParts(Sums& sums, const Cost& cost) {
  Add(sums.input, cost.input_ns);
  Add(sums.infer, cost.infer_ns);
  Add(sums.output, cost.output_ns);
}

}  // namespace

void Statistics::Answered(std::int64_t version, std::size_t rows, const Cost& cost) {
  const auto count = static_cast<std::int64_t>(rows);
  const auto now = clock_.Now();
  const std::lock_guard lock(mutex_);
  auto& one = versions_[version];
  one.last_ms = now;
  one.rows += count;
  ++one.runs;
  Add(one.success, cost.total_ns);
  AddParts(one, cost);
  auto place = std::lower_bound(one.batches.begin(), one.batches.end(), count,
                                [](const Batch& batch, std::int64_t size) { return batch.rows < size; });
  if (place == one.batches.end() || place->rows != count) {
    if (one.batches.size() == kMostBatches) return;
    place = one.batches.insert(place, Batch{count, {}, {}, {}});
  }
  AddParts(*place, cost);
}

void Statistics::Failed(std::int64_t version, std::int64_t ns) {
  const std::lock_guard lock(mutex_);
  Add(versions_[version].fail, ns);
}

std::vector<Statistics::OfVersion> Statistics::Now() const {
  const std::lock_guard lock(mutex_);
  std::vector<OfVersion> all;
  for (const auto& [version, one] : versions_) {
    all.push_back(one);
    all.back().version = version;
  }
  return all;
}

}  // namespace cairn::serving

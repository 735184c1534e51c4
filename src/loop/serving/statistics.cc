#include "loop/serving/statistics.h"

#include <algorithm>
#include <utility>

namespace cairn::serving {
namespace {

constexpr std::size_t kMostBatches = 64;

void Add(Statistics::Sum& sum, std::int64_t ns) {
  ++sum.count;
  sum.ns += ns;
}

/// What is read and written belongs to each request, the run to the one that counts it.
void AddRun(Statistics::Batch& batch, const Cost& cost) {
  const bool counts = cost.execution.counts;
  for (auto [sum, ns] : {std::pair{&batch.input, cost.input_ns}, std::pair{&batch.output, cost.output_ns},
                         std::pair{&batch.infer, counts ? cost.infer_ns : 0}}) {
    sum->count += counts ? 1 : 0;
    sum->ns += ns;
  }
}

}  // namespace

void Statistics::Answered(std::int64_t version, std::size_t rows, const Cost& cost) {
  const auto count = static_cast<std::int64_t>(rows);
  const std::int64_t run_rows = cost.execution.rows == 0 ? count : cost.execution.rows;
  const auto now = clock_.Now();
  const std::lock_guard lock(mutex_);
  auto& one = versions_[version];
  one.last_ms = now;
  one.rows += count;
  one.runs += cost.execution.counts ? 1 : 0;
  Add(one.success, cost.total_ns);
  Add(one.queue, cost.execution.queue_ns);
  Add(one.input, cost.input_ns);
  Add(one.infer, cost.infer_ns);
  Add(one.output, cost.output_ns);
  auto place = std::lower_bound(one.batches.begin(), one.batches.end(), run_rows,
                                [](const Batch& batch, std::int64_t size) { return batch.rows < size; });
  if (place == one.batches.end() || place->rows != run_rows) {
    if (one.batches.size() == kMostBatches) return;
    place = one.batches.insert(place, Batch{run_rows, {}, {}, {}});
  }
  AddRun(*place, cost);
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

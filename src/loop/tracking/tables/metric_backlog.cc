#include "loop/tracking/tables/metric_backlog.h"

#include "loop/tracking/tables/metric_log.h"
#include "loop/tracking/tables/metric_table.h"

namespace cairn::tracking {
namespace {

// Whoever reads one metric unpacks the whole log of its run: half a millisecond for so many bytes. A fold
// costs a few milliseconds, shared by the 300 batches of 100 points or the 2,000 single points that make a
// log so long.
constexpr std::int64_t kHeaviest = 400'000;
constexpr std::size_t kRemembered = 100'000;

}  // namespace

Result<> MetricBacklog::Grew(sql::Connection& connection, std::int64_t run, std::size_t points) {
  if (points == 0) return {};
  std::int64_t weight = 0;
  if (!Remember(run, WeightOf(points), weight)) {
    weight = CAIRN_TRY(LogWeight(connection, run));
    Set(run, weight);
  }
  if (weight <= kHeaviest) return {};
  CAIRN_TRY(FoldRun(connection, run));
  Set(run, 0);
  return {};
}

void MetricBacklog::Folded(std::int64_t run) {
  const std::lock_guard lock(mutex_);
  weights_.erase(run);
}

bool MetricBacklog::Remember(std::int64_t run, std::int64_t more, std::int64_t& weight) {
  const std::lock_guard lock(mutex_);
  const auto known = weights_.find(run);
  if (known == weights_.end()) return false;
  weight = known->second += more;
  return true;
}

void MetricBacklog::Set(std::int64_t run, std::int64_t weight) {
  const std::lock_guard lock(mutex_);
  if (weights_.size() > kRemembered) weights_.clear();
  weights_[run] = weight;
}

}  // namespace cairn::tracking

#include "loop/tracking/tables/metric_tails.h"

#include "loop/tracking/tables/metric_table.h"

namespace cairn::tracking {
namespace {

// Measured with batches of 100 keys: without a tail a batch writes 560 KB, with one of this length 50 KB;
// reading one key of the tail takes about a millisecond.
constexpr std::int64_t kLongest = 10'000;
constexpr std::size_t kRemembered = 100'000;

}  // namespace

Result<> MetricTails::Grew(sql::Connection& connection, std::int64_t run, std::size_t points) {
  if (points == 0) return {};
  std::int64_t length = 0;
  if (!Remember(run, static_cast<std::int64_t>(points), length)) {
    length = CAIRN_TRY(TailLength(connection, run));
    Set(run, length);
  }
  if (length <= kLongest) return {};
  CAIRN_TRY(FoldTail(connection, run));
  Set(run, 0);
  return {};
}

bool MetricTails::Remember(std::int64_t run, std::int64_t points, std::int64_t& length) {
  const std::lock_guard lock(mutex_);
  const auto known = lengths_.find(run);
  if (known == lengths_.end()) return false;
  length = known->second += points;
  return true;
}

void MetricTails::Set(std::int64_t run, std::int64_t length) {
  const std::lock_guard lock(mutex_);
  if (lengths_.size() > kRemembered) lengths_.clear();
  lengths_[run] = length;
}

}  // namespace cairn::tracking

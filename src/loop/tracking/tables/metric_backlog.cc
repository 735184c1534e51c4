#include "loop/tracking/tables/metric_backlog.h"

#include <algorithm>

#include "loop/tracking/tables/metric_log.h"
#include "loop/tracking/tables/metric_table.h"

namespace cairn::tracking {
namespace {

// Whoever reads one metric unpacks the whole log of its run: half a millisecond for so many bytes. A fold
// costs a few milliseconds, shared by the 300 batches of 100 points or the 2,000 single points that make a
// log so long.
constexpr std::int64_t kHeaviest = 400'000;
// So many runs more than may wait are let grow together before the oldest are folded in one transaction.
constexpr std::size_t kSpare = 16;
// Few at a time: whoever logs to one of them meanwhile makes the transaction begin again.
constexpr std::size_t kAtOnce = 8;

std::vector<std::vector<std::int64_t>> FewAtATime(std::span<const std::int64_t> runs) {
  std::vector<std::vector<std::int64_t>> portions;
  for (; !runs.empty(); runs = runs.subspan(std::min(kAtOnce, runs.size()))) {
    const auto few = runs.first(std::min(kAtOnce, runs.size()));
    portions.emplace_back(few.begin(), few.end());
  }
  return portions;
}

Result<> FoldRuns(sql::Connection& connection, std::span<const std::int64_t> runs) {
  for (const auto run : runs) CAIRN_TRY(FoldRun(connection, run));
  return {};
}

}  // namespace

Result<> MetricBacklog::Adopt(sql::Database& database) {
  auto left = CAIRN_TRY(database.Read([](sql::Connection& connection) { return UnfoldedRuns(connection); }));
  if (left.size() > kMostRuns) {
    CAIRN_TRY(Fold(database, std::span(left).subspan(kMostRuns)));
    left.resize(kMostRuns);
  }
  for (const auto run : left) {
    const auto weigh = [run](sql::Connection& connection) { return LogWeight(connection, run); };
    Set(run, CAIRN_TRY(database.Read(weigh)));
  }
  return {};
}

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

void MetricBacklog::Relieve(sql::Database& database) {
  for (auto& few : FewAtATime(Surplus())) {
    const auto fold = [few](sql::Connection& connection) { return FoldRuns(connection, few); };
    // What could not be folded is found by the search that needs it.
    database.TransactThen(fold, [kept = shared_from_this(), few](const Result<>& folded) {
      if (!folded) return;
      for (const auto run : few) kept->Folded(run);
    });
  }
}

Result<> MetricBacklog::FoldAll(sql::Database& database, std::span<const std::int64_t> experiments) {
  const auto look = [&](sql::Connection& connection) { return UnfoldedRuns(connection, experiments); };
  if (CAIRN_TRY(database.Read(look)).empty()) return {};
  const std::lock_guard turn(folding_);
  return Fold(database, CAIRN_TRY(database.Read(look)));
}

Result<> MetricBacklog::Fold(sql::Database& database, std::span<const std::int64_t> runs) {
  for (const auto& few : FewAtATime(runs)) {
    CAIRN_TRY(database.Transact([&](sql::Connection& connection) { return FoldRuns(connection, few); }));
    for (const auto run : few) Folded(run);
  }
  return {};
}

void MetricBacklog::Folded(std::int64_t run) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(run);
}

std::vector<std::int64_t> MetricBacklog::Surplus() {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> runs;
  if (waiting_.size() <= kMostRuns + kSpare) return runs;
  std::vector<std::pair<std::int64_t, std::int64_t>> by_use;
  for (const auto& [run, waiting] : waiting_) by_use.emplace_back(waiting.used, run);
  const auto surplus = static_cast<std::ptrdiff_t>(waiting_.size() - kMostRuns);
  std::nth_element(by_use.begin(), by_use.begin() + surplus, by_use.end());
  for (auto one = by_use.begin(); one != by_use.begin() + surplus; ++one) {
    runs.push_back(one->second);
    waiting_.erase(one->second);  // Nobody else takes it.
  }
  return runs;
}

bool MetricBacklog::Remember(std::int64_t run, std::int64_t more, std::int64_t& weight) {
  const std::lock_guard lock(mutex_);
  const auto known = waiting_.find(run);
  if (known == waiting_.end()) return false;
  known->second.used = ++clock_;
  weight = known->second.weight += more;
  return true;
}

void MetricBacklog::Set(std::int64_t run, std::int64_t weight) {
  const std::lock_guard lock(mutex_);
  waiting_[run] = {weight, ++clock_};
}

}  // namespace cairn::tracking

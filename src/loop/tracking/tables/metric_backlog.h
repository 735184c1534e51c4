#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "ground/sql/connection.h"

namespace cairn::tracking {

/// Sees to it that no run's log of points gets long. Remembers about how long each is; safe from any thread.
class MetricBacklog {
 public:
  /// Called in the transaction that added `points` to the run's log, which it folds when it is long. Work
  /// that runs again is counted again, which only folds earlier.
  Result<> Grew(sql::Connection& connection, std::int64_t run, std::size_t points);
  /// Called when the run was folded for another reason.
  void Folded(std::int64_t run);

 private:
  /// Nothing for a run not seen before.
  bool Remember(std::int64_t run, std::int64_t more, std::int64_t& weight);
  void Set(std::int64_t run, std::int64_t weight);

  std::mutex mutex_;
  std::unordered_map<std::int64_t, std::int64_t> weights_;
};

}  // namespace cairn::tracking

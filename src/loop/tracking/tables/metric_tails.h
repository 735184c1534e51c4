#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "ground/sql/connection.h"

namespace cairn::tracking {

/// Sees to it that no run's tail of points gets long. Remembers about how long each is; safe from any thread.
class MetricTails {
 public:
  /// Called in the transaction that added `points` to the run's tail. Work that runs again is counted again,
  /// which only folds earlier.
  Result<> Grew(sql::Connection& connection, std::int64_t run, std::size_t points);

 private:
  /// Nothing for a run not seen before.
  bool Remember(std::int64_t run, std::int64_t points, std::int64_t& length);
  void Set(std::int64_t run, std::int64_t length);

  std::mutex mutex_;
  std::unordered_map<std::int64_t, std::int64_t> lengths_;
};

}  // namespace cairn::tracking

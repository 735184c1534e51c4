#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/sql/database.h"
#include "loop/tracking/records.h"

namespace cairn::tracking {

/// The numbers that stand for metric keys in the store, with a memory of those that are committed. Safe from
/// any thread.
class MetricKeys {
 public:
  explicit MetricKeys(sql::Database& database) : database_(database) {}

  using Taker = std::function<void(Result<std::vector<std::int64_t>>)>;
  /// Gives the number of each metric's key; at once when all are known. Keys that are new get theirs in a
  /// transaction of their own, so that what is remembered is always on disk; a key that nothing uses
  /// afterwards does no harm. `metrics` and this must live until `done` is called.
  void Of(std::span<const Metric> metrics, Taker done);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  bool Known(std::span<const Metric> metrics, std::vector<std::int64_t>& numbers) const;
  void Remember(const std::unordered_map<std::string, std::int64_t>& numbers);

  sql::Database& database_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> known_;
};

}  // namespace cairn::tracking

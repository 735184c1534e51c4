#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "ground/sql/database.h"

namespace cairn::tracking {

/// The runs whose log of points has not been folded. Sees to it that there are few, because a search folds
/// them first, and that none has a long log. Remembers about how long each is; safe from any thread.
class MetricBacklog : public std::enable_shared_from_this<MetricBacklog> {
 public:
  /// So many runs may wait; a search folds them in some tens of milliseconds.
  static constexpr std::size_t kMostRuns = 64;

  /// Takes over what another process left: folds what is too much, remembers the rest.
  Result<> Adopt(sql::Database& database);
  /// Called in the transaction that added `points` to the run's log, which it folds when it is long. Work
  /// that runs again is counted again, which only folds earlier.
  Result<> Grew(sql::Connection& connection, std::int64_t run, std::size_t points);
  /// Begins to fold those that were logged to the longest ago, when too many wait. Called outside of
  /// transactions.
  void Relieve(sql::Database& database);
  /// Folds what these experiments' searches need. One caller at a time does the work; the others wait for it.
  Result<> FoldAll(sql::Database& database, std::span<const std::int64_t> experiments);
  /// Called when the run was folded for another reason.
  void Folded(std::int64_t run);

 private:
  struct Waiting {
    std::int64_t weight = 0;
    std::int64_t used = 0;  ///< Greater for what was logged to later.
  };
  /// Nothing for a run not seen before.
  bool Remember(std::int64_t run, std::int64_t more, std::int64_t& weight);
  void Set(std::int64_t run, std::int64_t weight);
  std::vector<std::int64_t> Surplus();
  Result<> Fold(sql::Database& database, std::span<const std::int64_t> runs);

  std::mutex folding_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Waiting> waiting_;
  std::int64_t clock_ = 0;
};

}  // namespace cairn::tracking

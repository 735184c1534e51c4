#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/runner.h"

namespace cairn::pipeline {

/// Lets several programs share the work of a store on PostgreSQL. Each has a beat there, and sees the
/// others'. One whose beat has stood still for the length of a lease, by the looker's own steady clock, is
/// dead: what it left is taken over. So clocks that differ, or jump, harm nothing. On SQLite, where one
/// program owns the store, all of this is nothing. One thread at a time.
class Sharing {
 public:
  static constexpr std::int64_t kBeatMs = 1'000;
  static constexpr std::int64_t kLeaseMs = 6'000;

  /// What is taken over is done in `project`. Both must outlive it.
  Sharing(sql::Database& database, Runner& runner, std::string project)
      : database_(database), runner_(runner), project_(std::move(project)) {}
  /// Leaves, so that nobody waits for the lease; but while a run is under way, which ends later than this.
  ~Sharing();
  Sharing(const Sharing&) = delete;
  Sharing& operator=(const Sharing&) = delete;

  /// To be called all the time; does something once a beat. `now_ns` is os::SteadyNs(). Gives the homes that
  /// were taken over.
  Result<std::vector<std::string>> Advance(std::int64_t now_ns);

 private:
  struct Seen {
    std::int64_t beat = 0;
    std::int64_t since_ns = 0;
  };

  Result<> Beat();

  sql::Database& database_;
  Runner& runner_;
  const std::string project_;
  bool joined_ = false;
  std::int64_t next_ns_ = 0;
  std::map<std::string, Seen> others_;
};

}  // namespace cairn::pipeline

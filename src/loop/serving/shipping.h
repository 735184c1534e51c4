#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "ground/os/append_file.h"
#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"

namespace cairn::serving {

/// Brings closed segments of the prediction log to a bucket or folder, as Parquet files that log/parcel.h
/// describes, below date=…/model=…: each record exactly once, whatever dies on the way, because what is
/// shipped again has the same name and the same bytes. A segment counts as shipped when all its files were
/// found where they belong; the file "shipped-<place>" beside the segments lists those, one list for each
/// place. Safe from any thread.
class Shipping {
 public:
  /// `segments` is the folder of the log, `scratch` one for files on their way. The rest must outlive it.
  Shipping(sql::Database& database, const os::Clock& clock, os::Disk& disk, std::string segments,
           std::string scratch);

  /// Where to from now on: "s3://bucket/prefix" (reached as the environment says, blob/place.h) or a folder;
  /// "" for nowhere.
  void Follow(const std::string& place);

  struct Shipped {
    std::int64_t segments = 0, records = 0, files = 0;
  };
  /// Ships what is closed and was not shipped, oldest first, until one fails. Conflict when no place is set;
  /// Corrupt for a segment that is not what the event log says of it; else the errors of the place. What was
  /// shipped before an error stays so.
  Result<Shipped> Ship(std::stop_token stop = {});

  struct State {
    std::string place;                      ///< "" for nowhere.
    std::int64_t shipped = 0, waiting = 0;  ///< Closed segments.
    std::int64_t failures = 0;              ///< Attempts that ended with an error, since the start.
    std::string problem;                    ///< Of the last attempt; "" when it had none.
    TimeMs last_ms = 0;                     ///< When a segment was shipped last, since the start; 0: never.
  };
  State state() const;

  /// Closed segments that are where they are to be shipped; nothing when there is no place.
  std::optional<std::set<std::int64_t>> Safe() const;

 private:
  Result<Shipped> ShipAll(const std::string& place, const std::stop_token& stop);
  Result<> ShipOne(std::int64_t number, const std::string& place, const std::stop_token& stop, Shipped& sum);
  std::set<std::int64_t> Listed(const std::string& list) const;
  std::vector<std::int64_t> Waiting(const std::string& place) const;

  sql::Database& database_;
  const os::Clock& clock_;
  os::Disk& disk_;
  const std::string segments_, scratch_;

  std::mutex shipping_;  ///< One at a time.
  mutable std::mutex mutex_;
  std::string place_, problem_;
  std::int64_t failures_ = 0;
  TimeMs last_ms_ = 0;
};

}  // namespace cairn::serving

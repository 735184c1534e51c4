#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ground/os/append_file.h"
#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/serving/log/record.h"

namespace cairn::serving {

/// A file that grows by records. One thread appends at a time (its writer's); size and Sync are for any
/// thread.
struct Segment {
  std::int64_t number = 0;
  std::string name;
  std::string path;
  TimeMs started = 0;
  std::unique_ptr<os::AppendFile> file;
  std::int64_t records = 0;
  std::set<std::string> versions;  ///< That answered, as VersionOf names them.
  std::string last_model;          ///< With the next: who answered the newest record.
  std::int64_t last_version = 0;
  std::atomic<std::uint64_t> synced = 0;  ///< Bytes that were in it before its last sync.
};

/// "000000000007.predictions"
std::string SegmentName(std::int64_t number);

/// "model:delay/3", or "" when the heuristic answered, or a shadow, which answers nobody.
std::string VersionOf(const Prediction& prediction);

/// The folder of segments: which there are, which are closed, and what the event log says of those. Segments
/// are numbered from 1 without gaps; the file "closed" remembers which ones the event log has, so that a
/// start needs not ask it about each, and "removed" those that are gone by policy. Safe from any thread.
class SegmentFolder {
 public:
  static Result<std::unique_ptr<SegmentFolder>> Open(sql::Database& database, const os::Clock& clock,
                                                     os::Disk& disk, std::string folder);

  Result<std::shared_ptr<Segment>> New();
  /// Nobody appends to it any more: puts it on disk and its digest into the event log.
  Result<> Close(Segment& segment);

  using Take = std::function<Result<>(const Prediction&)>;
  Result<std::string> Read(const std::string& from, const Take& take) const;
  std::string End() const;
  Result<Json> Verify() const;
  /// As PredictionLog has it.
  Result<std::int64_t> Remove(TimeMs closed_before, const std::function<bool(std::int64_t)>& may_go);

  sql::Database& database() const { return database_; }

 private:
  SegmentFolder(sql::Database& database, const os::Clock& clock, os::Disk& disk, std::string folder)
      : database_(database), clock_(clock), disk_(disk), folder_(std::move(folder)) {}

  /// What an event says of a closed segment.
  struct Closing {
    std::string digest;
    std::int64_t records = 0;
    TimeMs at = 0;
  };
  /// A segment as a reader finds it.
  struct Listed {
    std::int64_t number = 0;
    std::optional<std::uint64_t>
        published;  ///< How much of it may be read; nothing when it is closed: all of it.
  };

  Result<> Recover();
  Result<> RecoverSegment(std::int64_t number);
  Result<> Announce(const std::string& name, std::int64_t number, const Closing& closing,
                    const std::set<std::string>& versions);
  Result<> MarkClosed(std::int64_t number);
  Result<std::set<std::int64_t>> OpenList(const char* name, std::unique_ptr<os::AppendFile>& file);
  Result<> RemoveOne(std::int64_t number, const Closing& closing);
  bool IsListed(std::int64_t number) const;
  std::vector<Listed> List() const;
  /// By the name of the segment, as events of that kind have it.
  Result<std::map<std::string, Closing>> Announced(const char* kind) const;
  Result<> Check(const Listed& listed, const std::map<std::string, Closing>& announced,
                 std::int64_t& records) const;
  std::string PathOf(std::int64_t number) const;

  sql::Database& database_;
  const os::Clock& clock_;
  os::Disk& disk_;
  const std::string folder_;
  std::unique_ptr<os::AppendFile> closed_file_, removed_file_;
  std::mutex removing_;  ///< One at a time.

  mutable std::mutex mutex_;  ///< For the next two, and while a segment is made.
  std::int64_t next_ = 1;
  std::map<std::int64_t, std::weak_ptr<Segment>> segments_;  ///< Empty pointer: closed.
};

}  // namespace cairn::serving

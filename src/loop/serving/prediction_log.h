#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/append_file.h"
#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/metadata/event.h"
#include "loop/serving/mask.h"
#include "loop/serving/request_values.h"

namespace cairn::serving {

/// Who answered a request: the version in production, the one on trial beside it, a fallback, or another
/// version that the caller named. A shadow answered nobody: what it said stands in a record of its own, under
/// the id of the request and without its inputs. What a named version or a shadow says is no answer of the
/// service to its users: monitors pass over it.
enum class Arm { Production, Canary, Fallback, Named, Shadow };
std::string_view NameOf(Arm arm);

/// One answered request with its rows, as it is kept.
struct Prediction {
  std::string id;  ///< Of the request; row i is "<id>.<i>".
  TimeMs at = 0;   ///< When it was answered.
  std::string model;
  std::int64_t version = 0;  ///< 0 when the heuristic or a default answered.
  Arm arm = Arm::Production;
  /// Columns by name, each with one value a row: all that the caller sent, also what the model does not read
  /// (the event's time, keys); of classified columns masks (mask.h).
  Columns inputs;
  std::vector<double>
      scores;  ///< One a row: the probability of the positive class, or the value of a regression.
  std::int64_t micros = 0;  ///< From the request's last byte to the answer.
  std::string failure;      ///< Why a fallback answered, as FallbackText (fallback.h); "" otherwise.
  /// The chance that it had to go to the canary, when it was drawn; none when nothing was drawn.
  std::optional<double> share = std::nullopt;
  /// Who asked, as the request says (a claim); "" when it does not, for a shadow, and in records of before
  /// this was kept. So is the next.
  std::string caller = {};
  std::string trace_id = {};  ///< 32 hexadecimal digits: the trace of the request.
};

/// When a segment is closed and digested: by whichever comes first.
struct SegmentLimits {
  std::uint64_t bytes = std::uint64_t{8} << 20;
  TimeMs age = 10 * 60'000;  ///< By the clock given; looked at once a second while a segment is open.
};

/// Append-only segments, one per writing thread: a prediction is in its segment (in the page cache: it
/// survives kill -9) before its answer leaves, on disk within 100 ms, and a closed segment's digest goes into
/// the event log. Records are framed (length, CRC-32, JSON, log/packed.h) and numbered within the segment, so
/// that a gap or a torn tail shows.
class PredictionLog {
 public:
  /// Opens the folder (made when it is missing); segments that an earlier process left open are cut at their
  /// last whole record and closed. All must outlive it. Its end closes what is open. `mask` is for whoever
  /// appends: what is appended is written as it comes.
  static Result<std::unique_ptr<PredictionLog>> Open(sql::Database& database, const os::Clock& clock,
                                                     os::Disk& disk, std::string folder, Mask mask,
                                                     SegmentLimits limits = {});
  virtual ~PredictionLog() = default;

  /// From any thread. Exhausted when the disk is full: then nothing was written, and the caller answers
  /// accordingly.
  virtual Result<> Append(const Prediction& prediction) = 0;
  /// Everything appended so far is on disk afterwards.
  virtual Result<> Sync() = 0;
  /// Closes every segment now, so that all that was appended is covered by the event log; the next prediction
  /// begins a new one.
  virtual Result<> CloseSegments() = 0;

  /// Where a reader stands: how many bytes of each segment it has seen. Opaque text, "" for the beginning.
  using Position = std::string;
  /// Hands over what was appended after `from`, by segment and sequence, and gives the position behind it.
  /// `take` may return an error to end with it.
  virtual Result<Position> Read(const Position& from,
                                const std::function<Result<>(const Prediction&)>& take) const = 0;
  /// Where a reader stands who has seen everything that was appended so far.
  virtual Position End() const = 0;
  /// {"segments", "open", "records", "removed"} when every closed segment is what the event log says of it,
  /// or was removed on record; Corrupt naming segment and record when a record is damaged or missing, or a
  /// segment is gone.
  virtual Result<Json> Verify() const = 0;

  /// Removes the files of segments that were closed before that moment, oldest first, as long as `may_go`
  /// lets the next one go by its number: each after an event "serving.segment_removed", which says what was
  /// in it. Readers pass over them from then on. How many those were.
  virtual Result<std::int64_t> Remove(TimeMs closed_before,
                                      const std::function<bool(std::int64_t)>& may_go) = 0;

  struct Counts {
    std::int64_t requests = 0, rows = 0, fallbacks = 0;
  };
  virtual Counts counts() const = 0;  ///< Since this process opened it, without what shadows said.

  /// Appends an event to the log that holds the digests.
  virtual Result<> Note(TimeMs at, const metadata::Event& event) = 0;
  /// The body of the newest event of a kind about a subject in that log; null when there is none.
  virtual Result<Json> LastNoted(const std::string& kind, const std::string& subject) const = 0;
  virtual const Mask& mask() const = 0;
};

}  // namespace cairn::serving

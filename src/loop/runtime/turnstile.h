#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/model.h"

/// Requests take turns: few models run at once, and those that wait for the same one run together.
namespace cairn::runtime {

/// How requests to one model take turns.
struct LineSettings {
  std::int64_t most_rows = 1;       ///< That are put together in one run; a larger request runs by itself.
  std::int64_t delay_ns = 0;        ///< To wait for others; 0: only what waits already goes together.
  std::int64_t most_waiting = 256;  ///< Requests; one more is turned away.
  std::int64_t runs_at_once = 0;    ///< 0: as many as the turnstile lets through.
  bool own_process = false;         ///< It runs elsewhere, and takes none of the turnstile's places.
};

/// What a caller says of its request.
struct Turn {
  static constexpr std::int64_t kUsual = 5;
  std::int64_t priority = kUsual;  ///< 1 goes first, 9 last; 0 is the usual one.
  std::int64_t deadline_ns = 0;    ///< os::SteadyNs() after which it is not begun any more; 0: none.
  std::stop_token stop = {};       ///< Requested when nobody waits for the answer any more.
};

/// What became of a request.
struct Ran {
  enum class Fate { Answered, Full, Expired, Cancelled };
  Fate fate = Fate::Answered;  ///< All others: it never ran, and the rest is empty.
  Batch outputs;
  std::int64_t queue_ns = 0;  ///< That it waited.
  std::int64_t run_ns = 0;    ///< That the run took which answered it.
  std::int64_t run_rows = 0;  ///< Of that run, its neighbours' among them.
  bool counts_run = true;     ///< True for one of the requests that a run answered.
};

/// Whether a request may still be begun; one without deadline always may.
inline bool IsExpired(const Turn& turn, std::int64_t now_ns) {
  return turn.deadline_ns != 0 && now_ns >= turn.deadline_ns;
}

/// The requests that wait for one model. Belongs to one turnstile, and outlives every call with it.
class Line;
struct LineEnd {
  void operator()(Line* line) const;
};
using OwnedLine = std::unique_ptr<Line, LineEnd>;
OwnedLine OpenLine(const LineSettings& settings);

/// Lets so many runs through at once. It has no threads: a caller whose turn has come runs what waits with
/// it, for all of them, on its own thread. Models take turns one after the other, however many requests each
/// has; within a model the higher priority goes first, and of one priority what came first. Safe from any
/// thread.
class Turnstile {
 public:
  explicit Turnstile(unsigned places);

  /// Runs the model on `inputs` (as Model::Run wants them), perhaps together with others that wait: only such
  /// as have the same names, types and shapes, and never more than the line's `most_rows`. A run of several
  /// that fails, or whose outputs do not have one row for each of the inputs', is made again one by one, so
  /// that a request's error is its own; only Unavailable is an error of all. Blocks until then, or until its
  /// turn can no longer come. The errors of Model::Run.
  Result<Ran> Run(Line& line, const Model& model, const Batch& inputs, const Turn& turn);

  /// Requests that wait for that line now.
  std::int64_t Waiting(const Line& line) const;

 private:
  struct Caller;
  void LetThrough(std::int64_t now);
  bool HasPlaceFor(const Line& line) const;
  std::optional<Ran::Fate> Wait(std::unique_lock<std::mutex>& lock, Line& line, Caller& self);
  void Lead(std::unique_lock<std::mutex>& lock, Line& line, const Model& model, Caller& self);
  void Forget(const Line& line);

  const std::int64_t places_;
  mutable std::mutex mutex_;
  std::int64_t taken_ = 0;     ///< Of the places.
  std::deque<Line*> waiting_;  ///< Lines with requests, the next one's turn first.
};

}  // namespace cairn::runtime

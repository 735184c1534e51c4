#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/pipeline/lock.h"
#include "loop/pipeline/plan.h"

/// What is kept of a run of the pipeline.
namespace cairn::pipeline {

/// What set a run off.
struct Trigger {
  /// demand, replay, experiment, alert, schedule, message, data, training_code, application_code.
  std::string on = "demand";
  /// Of the trigger in cairn.yaml, or of the run that is replayed; "" of a run that a person asked for.
  std::string name;
  std::string cause;  ///< The id that the whole story goes by; a run that starts one goes by its own id.
};

/// The revision of the project's code that a run began from.
struct Source {
  std::string commit;  ///< "" outside of git.
  /// Whether files that git knows below the project's folder differed from it. What the pipeline writes
  /// itself (outs, dvc.lock) does not count.
  bool dirty = false;
};

/// What a trigger does when a run of the project is under way.
enum class Concurrency {
  Queue,    ///< Waits, with others that want no more in one run.
  Replace,  ///< Cancels that run if it is the same trigger's, and waits otherwise.
  Skip,     ///< Lets it be.
};
const char* NameOf(Concurrency concurrency);
/// Queue for a word that is none of them.
Concurrency ConcurrencyNamed(std::string_view name);

/// What is asked for.
struct Request {
  std::string project = ".";  ///< The folder with dvc.yaml.
  Selection selection;
  Trigger trigger;
  std::string actor = "client";
  /// Of a trigger: what set it off, such as {"due": "2026-03-29T01:00:00Z"}.
  Json detail = Json::Object();
  Concurrency concurrency = Concurrency::Queue;
  bool run_cache = true;  ///< A stage may take what it made of the same before.
  bool apart = false;     ///< Of a trigger: has a run of its own, which serves no other.
  /// Of a replay or experiment, whose files lie outside of git; otherwise git is asked.
  std::optional<Source> source;
  /// Tags for the runs that stages track, besides those that name the story.
  Json context = Json::Object();
};

enum class StageState {
  Waiting,
  Running,
  Finished,
  Unchanged,  ///< Was planned, but what it reads turned out to be the same after all; did not run.
  Failed,
  Blocked,  ///< Did not run because a stage before it failed.
  Killed,   ///< Ended, or not begun, because the run was cancelled or the program died.
};
const char* NameOf(StageState state);

/// One try at the commands of a stage.
struct AttemptRecord {
  TimeMs started = 0, ended = 0;
  std::optional<std::int64_t> exit;      ///< Of the last command; 128 + signal when a signal ended it.
  std::string reason;                    ///< Why it failed; "" when it did not.
  std::int64_t wall_ms = 0, cpu_ms = 0;  ///< Of its commands together.
  std::uint64_t max_rss_bytes = 0;       ///< Of the largest process.
};

struct StageRecord {
  std::string name;
  StageState state = StageState::Waiting;
  std::vector<Cause> causes;             ///< Why it was to run.
  std::string reason;                    ///< Once ended: one sentence, "" when there is nothing to say.
  std::optional<std::int64_t> exit;      ///< Of the last command; 128 + signal when a signal ended it.
  TimeMs started = 0, ended = 0;         ///< 0: not yet.
  std::int64_t wall_ms = 0, cpu_ms = 0;  ///< Of its commands together, in all tries.
  std::uint64_t max_rss_bytes = 0;       ///< Of the largest process.
  std::string log;                       ///< Path of what it printed; "" when it did not run.
  std::vector<AttemptRecord> attempts;   ///< Of a stage that may be tried more than once: each try so far.
  std::vector<LockedPath> reads, makes;  ///< Once it has finished.
  std::int64_t revision = 0;             ///< The run's when it changed last, while it runs; not kept.

  /// Of a stage with a map: whether every item is to be called, done or not.
  bool CallsAll() const;
};

enum class RunState {
  Running,
  Finished,
  Failed,
  Killed,
  Refused,  ///< A trigger asked for it, and it did not begin; `problem` says why.
};
const char* NameOf(RunState state);

struct RunRecord {
  std::string id;       ///< UUIDv7; "" for a look that ran nothing.
  std::string project;  ///< Absolute path.
  RunState state = RunState::Finished;
  Trigger trigger;
  std::string actor;
  std::string configuration;  ///< Digest of the accepted configuration it ran under, or "".
  std::string data;           ///< The data set version it went by, "flights@4", or "".
  Source source;
  Json environment = Json::Object();  ///< What it took place in (capture.h).
  TimeMs started = 0, ended = 0;
  std::string problem;              ///< Why it failed, when no stage says so.
  Json metrics = Json::Object();    ///< By file, what the metrics files held at the end.
  std::vector<StageRecord> stages;  ///< Those that were stale, each after those it needs.
  std::int64_t revision = 0;        ///< Grows with each change while it runs; not kept.
  /// The runs of the same trigger and cause that died with their program before it, and whose work it went on
  /// with. Only where its end is told.
  std::vector<std::string> after;
};

}  // namespace cairn::pipeline

#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/lineage_spool.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// The accepted configuration that a run goes by.
struct Governing {
  std::string digest;   ///< "" when none was accepted.
  std::string project;  ///< Its name; becomes the MLflow experiment of the stages.
  std::string data;     ///< The data set version that there is now, "flights@4"; "" when there is none.
};

/// What a run needs from around it. The functions may be called from any thread, as long as the runner lives.
struct Surroundings {
  std::string data_dir = ".cairn";
  /// Where stages reach the tracking server; asked only when something must run.
  std::function<Result<std::string>()> tracking_address;
  /// Denied: nothing runs. Asked before each run that would run something.
  std::function<Result<>()> may_run;
  std::function<Result<Governing>()> governing;
  /// Told of each run that ended, when its record is in the store: at least once, again after an error, and
  /// of what a program that died could not tell by the next one. One at a time.
  std::function<Result<>(const RunRecord&)> on_end;
  unsigned workers = 0;          ///< Processors for stages; 0 for those that there are.
  std::int64_t grace_ms = 5000;  ///< What a cancelled stage gets to end by itself.
};

/// Runs pipelines: one run at a time per project, each in the background, with a record of it in the store.
/// Making one costs nothing: the store is first touched when something must run or records are asked for;
/// then, once, what a program that died left standing as running is marked killed, with its event, and its
/// stages' processes are ended. Its job on a cluster goes on: the next run of the project takes it up when it
/// would hand in the same, and stops it otherwise. Safe from any thread.
///
/// What a trigger asked for is kept until it was done: one that waits for another run, or whose run died with
/// the program, is begun by the next program on the same data folder; a run that a person cancelled or whose
/// stage failed is not. Stages name the story in the variables CAIRN_CAUSE, CAIRN_PIPELINE_RUN and, for what
/// the unmodified MLflow client tracks in them, MLFLOW_RUN_CONTEXT (tracking/provenance.h).
///
/// Where cairn.yaml says so, each run that ended goes out as OpenLineage events, at least once
/// (lineage_spool.h).
///
/// Events: pipeline.run_started (with the git revision), pipeline.stage_ended, pipeline.run_ended, and
/// pipeline.trigger_refused for what a trigger asked for in vain; all under the trigger's cause, or the run's
/// own id when it has none.
class Runner {
 public:
  /// `database` (with this room's schema applied) and `clock` must outlive it.
  Runner(sql::Database& database, const os::Clock& clock, Surroundings surroundings);
  /// Cancels what runs and waits for it.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Plans, and runs what is stale in the background. The record that comes back at once holds the stale
  /// stages; it has no id, and nothing was recorded, when none was stale. Conflict naming the run that is
  /// under way; Denied when training is not allowed; Exhausted when a stage asks for more than there is;
  /// errors of Project::Open and MakePlan.
  Result<RunRecord> Start(const Request& request);

  /// Runs again, in a folder of its own below the data folder, the stages that a run finished: on the files
  /// of its revision with the changes they had, and with the inputs that it read. Nothing in the project
  /// changes. DifferencesOf (replay.h) the two tells whether the pipeline repeats. The errors of Start and
  /// LayOutAgain; Conflict for a run that finished no stage, or while it is being replayed.
  Result<RunRecord> Replay(const std::string& id, const std::string& actor);

  enum class Outcome {
    Started,
    NothingStale,
    Queued,     ///< Starts when the run under way ends.
    Coalesced,  ///< Queued behind one that sees all that this one would, and is done with it.
    Repeated,   ///< This trigger was pulled for this cause before.
    Refused,
    Skipped,  ///< A run was under way, and it was not to wait for it.
  };
  struct Answer {
    Outcome outcome;
    RunRecord run;  ///< With an id when Started or Refused, or of the earlier run when Repeated.
  };
  /// For triggers: as Start, but never in conflict, and done once for each trigger and cause whatever happens
  /// to this program. What cannot begin, now or when its turn comes, is kept among the runs as Refused with
  /// the reason, with its event; the same trigger may try again. So is, in the end, one whose run died with
  /// the program three times. An error means that nothing was kept.
  Result<Answer> Pull(const Request& request);
  /// The first half of Pull, in the caller's transaction: keeps what a trigger asks for, with the event that
  /// it fired, for BeginWaiting or the next program to begin. False when it fired for this cause before,
  /// unless it was refused then.
  Result<bool> Keep(sql::Connection& connection, const Request& request);
  /// Begins what waits in a project, as its triggers want it: that is the other half.
  Result<> BeginWaiting(const std::string& project);
  /// Does what a program that died left undone, and what could not be done before: tells of runs that ended,
  /// sends their lineage, begins what waits. Costs two small reads when there is nothing.
  Result<> TakeUp();

  /// For programs that share a store on PostgreSQL: takes over what one that died left, by its home and the
  /// beat at which it stood still. Its stages' processes on this machine are ended, its runs are killed, and
  /// what they were to do waits here, to be done in `project`. False when another was faster, or it lives
  /// after all.
  Result<bool> TakeOver(const std::string& home, std::int64_t beat, const std::string& project);
  /// Whether no run is under way here.
  bool IsIdle();
  /// Ends the runs that another program has taken over because this one was silent for too long.
  Result<> GiveUpLost();

  /// NotFound without such a run.
  Result<RunRecord> State(const std::string& id);
  /// The same, as soon as its revision is greater than `after`, it has ended, or `timeout_ms` has passed.
  Result<RunRecord> Follow(const std::string& id, std::int64_t after, std::int64_t timeout_ms);
  /// Newest first, older than the run `before` ("" for the newest).
  Result<std::vector<RunRecord>> List(const std::string& before, std::int64_t limit);
  /// Kills what runs, with all its children; the rest does not begin. Conflict when it has ended.
  Result<> Cancel(const std::string& id);

  const std::string& data_dir() const { return surroundings_.data_dir; }
  const std::string& home() const {
    return home_;
  }  ///< What tells it apart from other programs: host and data folder.

 private:
  struct Active;

  enum class By { Person, Trigger };

  Result<> Recover();
  enum class Jobs { Stop, Leave };
  Result<> EndLeftoversOf(const std::string& id, Jobs jobs);
  Result<> FindLeftJob(const Request& request, Active& active);
  Result<> MarkKilled(sql::Connection& connection, RunRecord run, const Result<>& leftovers);
  Result<RunRecord> Launch(const Request& request, By by);
  Result<RunRecord> Begin(const Request& request, By by, std::unique_ptr<Project> project, const Plan& plan);
  Result<Resources> CapacityFor(const Project& project, const std::vector<StageRecord>& stages) const;
  void GiveSurroundings(Active& active, const Governing& governing) const;
  Result<> CheckOurs(sql::Connection& connection, const std::string& run) const;
  Result<> Journal(const Request& request, By by, const RunRecord& record);
  std::string LogsOf(const std::string& run) const;
  void Execute(Active& active);
  Result<> RecordStage(Active& active, std::size_t place, const StageRecord& stage);
  void End(Active& active, const Result<>& outcome);
  Result<> KeepEnd(const RunRecord& record, bool again);
  void Sweep();

  Result<Answer> Attempt(const Request& request);
  Result<Answer> Wait(const Request& request);
  Result<bool> IsBusy(const std::string& project);
  void Replace(const Request& request);
  Result<Answer> Refuse(const Request& request, const Error& error);
  Result<RunRecord> InsertRefusal(sql::Connection& connection, const Request& request, const Error& error);
  Result<> Release(sql::Connection& connection, const std::string& run);
  Result<> StartWaiting(const std::string& project);
  enum class Turn { Awaited, IfFree };
  Result<> TellEnds(Turn turn);
  Result<> KeepLineage(const RunRecord& run);
  Result<> DeliverLineage(Turn turn);

  sql::Database& database_;
  const os::Clock& clock_;
  const Surroundings surroundings_;
  const std::string home_;
  std::mutex recovering_;
  bool recovered_ = false;
  std::mutex telling_;
  LineageSpool lineage_;
  std::mutex delivering_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  std::map<std::string, std::shared_ptr<Active>> active_;  ///< By project.
  struct Worker {
    std::shared_ptr<Active> active;  ///< Its `over` is set as the last thing that the thread does.
    std::jthread thread;
  };
  std::vector<Worker> workers_;
};

}  // namespace cairn::pipeline

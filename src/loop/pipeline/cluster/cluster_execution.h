#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ground/os/clock.h"
#include "loop/pipeline/cluster/cluster_plan.h"
#include "loop/pipeline/cluster/depot.h"
#include "loop/pipeline/cluster/engine.h"
#include "loop/pipeline/cluster/news.h"
#include "loop/pipeline/cluster/stage_result.h"
#include "loop/pipeline/execution/execution.h"

namespace cairn::pipeline {

/// Runs the stale stages of a plan as one job of an engine: sends what they read, follows the job, and takes
/// over what each stage made, in the order in which they end, as if it had been made here. Nothing in the
/// project changes before that. A stage that failed stops what needs it and nothing else. What the job was
/// told is kept until this has ended (left_job.h).
class ClusterExecution {
 public:
  /// The job that the engine knows a run by.
  static std::string KeyOf(const std::string& run) { return "cairn-" + run; }

  /// As Execution; of the setting, the capacity counts for nothing here. With the plan of a job that was
  /// `left` and that CanGoOnWith allows, that job is followed from its beginning and none is handed in. All
  /// must outlive it.
  ClusterExecution(Project& project, const os::Clock& clock, Engine& engine, Execution::Setting setting,
                   std::vector<StageRecord> stages, Execution::Changed changed,
                   std::optional<Json> left = {});

  /// Comes back when the job is over and all of it is taken over. After `stop` the job is asked to end, and
  /// what had not ended is killed. An error is one of the journal's, the store's or the engine's; the stages
  /// that had not ended are closed then, and the job is stopped.
  Result<> Run(std::stop_token stop);

 private:
  struct Task {
    const Stage* stage = nullptr;
    StageRecord record;
    std::vector<const Stage*> before;  ///< Of the same run.
    LockedStage inputs;
    Stage still_to_be_made;
    std::vector<std::string> nodes;   ///< Where it began.
    std::vector<std::int64_t> begun;  ///< When, by those nodes' clocks.
    std::int64_t said = -1;           ///< Where the last piece of what it prints there stands in that.
  };

  Result<> Submit();
  Result<> GoOn();
  Result<std::string> WritePlan(Depot& depot);
  Json VariablesFor(const Stage& stage) const;
  Result<> Follow(std::stop_token stop);
  Result<bool> Look(std::string& end);
  Result<> Hear(const Json& piece);
  Result<> Begin(Task& task, const Json& piece);
  void Write(Task& task, const Json& piece);
  Result<> End(Task& task, const Json& result);
  StageResult ResultOf(const Task& task, const Json& result);
  Result<> KeepLog(Task& task, const Json& result);
  const Stage* LateBefore(const Task& task) const;
  Result<> Close(StageState end, const std::string& reason);
  Result<> Tell(Task& task);

  Project& project_;
  const os::Clock& clock_;
  Engine& engine_;
  const Execution::Setting setting_;
  const Execution::Changed changed_;
  const std::optional<Json> left_;
  const std::string key_;
  std::vector<Task> tasks_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::optional<Depot> depot_;
  News news_;
  std::int64_t heard_ns_ = 0;  ///< When the engine last answered.
};

}  // namespace cairn::pipeline

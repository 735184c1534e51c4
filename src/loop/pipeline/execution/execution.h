#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ground/os/clock.h"
#include "ground/os/process.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// Runs the stale stages of a plan, as many at once as there are workers and the graph allows. A failure
/// stops only what needs the failed stage.
class Execution {
 public:
  struct Setting {
    std::string logs;               ///< Folder of the stages' logs.
    std::string run;                ///< The id of the pipeline's run.
    Json context = Json::Object();  ///< Tags for every run that MLflow's client begins in a stage.
    std::vector<std::pair<std::string, std::optional<std::string>>> environment;
    unsigned workers = 1;
    std::int64_t grace_ms = 5000;  ///< Between asking a stage to end and killing it.
  };
  /// Called at each change of a stage, one at a time. An error stops the run.
  using Changed = std::function<Result<>(std::size_t place, const StageRecord& stage)>;

  /// `stages` are the stale ones in order. The project and the clock must outlive it.
  Execution(Project& project, const os::Clock& clock, Setting setting, std::vector<StageRecord> stages,
            Changed changed);

  /// Comes back when nothing is left to run. An error is one of the journal's; stages tell their own. After
  /// `stop` what runs is killed, group and all, and the rest is not begun.
  Result<> Run(std::stop_token stop);

 private:
  struct Task {
    const Stage* stage = nullptr;
    StageRecord record;
    std::vector<std::size_t> before;  ///< Stale stages it waits for.
  };

  std::string Blocker(const Task& task) const;
  void Perform(std::size_t place, std::stop_token stop);
  void Carry(Task& task, std::stop_token stop);
  bool StillStale(Task& task);
  Result<> RunCommands(const Task& task, StageRecord& record, std::stop_token stop);
  os::Command CommandFor(const Stage& stage, const std::string& text, const std::string& log) const;
  bool JournalBroken();
  void Tell(std::size_t place, const StageRecord& record);

  Project& project_;
  const os::Clock& clock_;
  const Setting setting_;
  const Changed changed_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<Task> tasks_;
  unsigned running_ = 0;
  std::mutex telling_;
  std::optional<Error> journal_error_;
};

}  // namespace cairn::pipeline

#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ground/os/clock.h"
#include "ground/os/pool.h"
#include "loop/pipeline/execution/attempt.h"
#include "loop/pipeline/items/item_work.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// Runs the stale stages of a plan, as many at once as the graph and the resources allow. A failure stops
/// only what needs the failed stage, and only once its retries are used up; while one waits for its next try,
/// its resources serve others.
class Execution {
 public:
  struct Setting {
    std::string logs;               ///< Folder of the stages' logs.
    std::string run;                ///< The id of the pipeline's run.
    Json context = Json::Object();  ///< Tags for every run that MLflow's client begins in a stage.
    std::vector<std::pair<std::string, std::optional<std::string>>> environment;
    Resources capacity;            ///< What the stages may take together.
    bool run_cache = true;         ///< A stage may take what it made of the same before.
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
    const StageSettings* settings = nullptr;
    StageRecord record;
    std::vector<std::size_t> after;  ///< Stale stages that wait for it.
    std::size_t open = 0;            ///< How many it waits for itself.
    unsigned tries = 0;
    std::int64_t not_before_ns = 0;  ///< Of the steady clock, once a try has failed.
    Resources taken;
    unsigned at_once = 1;        ///< Calls that there is room for, of a stage that is run item by item.
    std::vector<unsigned> gpus;  ///< Its own devices.
  };
  enum class Next { Over, Again };
  static constexpr std::size_t kMostAtOnce = 256;
  static constexpr double kLeastCpu = 1e-6;
  using Secrets = std::vector<std::pair<std::string, std::string>>;

  void Link();
  unsigned AtOnce() const;
  void StartWhatFits(os::WorkerPool& pool, std::stop_token stop);
  void AwaitChange(std::unique_lock<std::mutex>& lock, std::stop_token stop);
  void CloseAll();
  void Block(std::size_t place);
  bool Take(Task& task);
  void GiveBack(Task& task);
  void Settle(std::size_t place, Task mine, Next next);
  void Perform(std::size_t place, std::stop_token stop);
  Next Carry(std::size_t place, Task& task, std::stop_token stop);
  /// What a try came to: why it failed, or what was observed of it.
  struct Tried {
    AttemptRecord attempt;
    LockedStage inputs;
    bool ran = true;   ///< Whether its commands did.
    std::string said;  ///< One sentence about one that ended well.
  };
  Result<Tried> TakeAsItIs(const Task& task);
  Result<Tried> Try(Task& task, const Secrets& secrets, std::stop_token stop);
  Result<Tried> TryItems(std::size_t place, Task& task, const Secrets& secrets, std::stop_token stop,
                         std::optional<ItemWork>& work);
  void KeepRoomFor(std::size_t place, Task& task, std::size_t calls);
  unsigned CallsThatFit(const Task& task) const;
  bool MayRestore(const Task& task) const;
  Result<> Prepare(const Task& task);
  Result<LockedStage> Adopt(const Task& task, LockedStage inputs, std::optional<ItemWork>& work);
  Next Judge(Task& task, const AttemptRecord& attempt, std::stop_token stop);
  bool StillStale(Task& task);
  Attempt::Setting SettingFor(const Task& task, const Secrets& secrets) const;
  void Tell(std::size_t place, const StageRecord& record);

  Project& project_;
  const os::Clock& clock_;
  const Setting setting_;
  const std::vector<std::string> hidden_;  ///< Variables that no stage inherits.
  const Changed changed_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::vector<Task> tasks_;
  std::set<std::size_t> ready_;  ///< Those that wait for no stage and have not begun, or wait for a try.
  Resources free_;
  std::vector<bool> gpu_taken_;
  std::size_t running_ = 0;
  std::int64_t looked_ns_ = 0;  ///< When it was last looked who may begin.
  std::uint64_t changes_ = 0;   ///< Grows whenever a stage's turn may have come.
  std::mutex telling_;
  std::optional<Error> journal_error_;
  std::atomic<bool> journal_broken_ = false;
};

}  // namespace cairn::pipeline

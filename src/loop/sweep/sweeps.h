#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/runner.h"
#include "loop/sweep/copy.h"
#include "loop/sweep/sweep.h"
#include "loop/tracking/tracking.h"

namespace cairn::sweep {

/// By which a sweep keeps what it needs of the cache (repository::Keep).
inline std::string KeeperOf(const std::string& sweep) { return "sweep-" + sweep; }

/// What sweeps need from around them.
struct Around {
  std::string data_dir = ".cairn";
  /// The accepted configuration's project, which is the name of the experiment; "" when there is none.
  std::function<Result<std::string>()> project_name;
};

/// Searches over the parameters of a pipeline. Each trial is a run of the pipeline in a working copy of its
/// own (copy.h), with the parameters that it is to have, and a tracked run.
///
/// The queue is rows in the store. A trial is taken from it in one transaction, and what it came to is kept
/// in another; so none is lost and none is done twice. One that was running when its program died waits
/// again, and goes on behind the stages that it had finished; after the third time it has failed.
///
/// Events: sweep.queued (what is searched, by which plan), sweep.trial_ended (settings and figures). Making
/// one costs nothing. Safe from any thread.
class Sweeps {
 public:
  /// All must outlive it; `database` with this room's schema applied.
  Sweeps(sql::Database& database, const os::Clock& clock, pipeline::Runner& runner,
         tracking::Tracking& tracking, Around around);
  /// Puts what runs back into the queue, and waits for it.
  ~Sweeps();
  Sweeps(const Sweeps&) = delete;
  Sweeps& operator=(const Sweeps&) = delete;

  /// What each trial would set. The errors of ParseAxis, Proposals, WithSetting, ParseGoal; NotFound for a
  /// project, a parameter file or a parameter that is not there.
  Result<std::vector<std::vector<Setting>>> Propose(const Order& order) const;
  /// Takes the project as it is now and puts the trials into the queue.
  Result<Sweep> Queue(const Order& order);
  /// Has the queued trials of a sweep, or with "" of all sweeps of the project, begun, at most `jobs` at the
  /// same time. Comes back at once. NotFound when there is no such sweep here.
  Result<> Begin(const std::string& project, const std::string& sweep, unsigned jobs);
  /// Goes on with what a program that died, or ended, had begun.
  Result<> TakeUp();

  /// NotFound.
  Result<Sweep> Find(const std::string& id);
  Result<Trial> FindTrial(const std::string& id);
  /// Of a project ("" for all), oldest first.
  Result<std::vector<Sweep>> List(const std::string& project);
  /// Of a sweep, or with "" of all of the project; oldest first.
  Result<std::vector<Trial>> Trials(const std::string& project, const std::string& sweep);
  /// How many they are, by state.
  Result<Counts> Count(const std::string& project, const std::string& sweep);
  /// The trials that ended in this process, those after the first `after`; waits for one up to `timeout_ms`.
  std::vector<std::string> Ended(std::size_t after, std::int64_t timeout_ms);

  enum class How { Stop, PutBack };
  /// Ends a trial that runs or waits; PutBack lets it wait. Conflict when it has ended.
  Result<> StopTrial(const std::string& id, How how);
  /// Ends those of a project that run; no other begins until Begin. Gives how many.
  Result<std::int64_t> StopAll(const std::string& project, How how);
  /// Lets one that failed, was stopped or skipped wait again. Conflict for another.
  Result<Trial> Retry(const std::string& id);
  /// Forgets one, with its files; its tracked run stays. Conflict while it runs.
  Result<> Remove(const std::string& id);

  /// Where a trial's tree, and what it changed, are kept.
  std::string FolderOf(const Trial& trial) const;
  std::string BaseOf(const std::string& sweep) const;

 private:
  enum class Doing { Go, Stop, PutBack };
  struct Active {
    std::string run;
    Doing doing = Doing::Go;
  };

  Result<> Recover();
  void Hire(unsigned jobs);
  void Work();
  Result<std::optional<Trial>> Claim();
  Result<bool> Spent(sql::Connection& connection, const Sweep& sweep, TimeMs now);
  void Perform(Trial trial);
  Result<> Carry(Trial& trial, const Sweep& sweep);
  Result<pipeline::RunRecord> RunOf(Trial& trial, const Sweep& sweep, const std::string& project);
  Result<> Collect(Trial& trial, const Base& base, const pipeline::RunRecord& run);
  void Judge(Trial& trial, const pipeline::RunRecord& run);
  Result<> Keep(Trial& trial, const Sweep& sweep);
  Doing DoingOf(const std::string& trial);
  Result<std::string> Experiment() const;

  sql::Database& database_;
  const os::Clock& clock_;
  pipeline::Runner& runner_;
  tracking::Tracking& tracking_;
  const Around around_;

  std::mutex recovering_;
  bool recovered_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  std::map<std::string, Active> active_;  ///< By trial.
  std::vector<std::string> ended_;
  unsigned working_ = 0;
  std::uint64_t calls_ = 0;  ///< Grows whenever there may be something new to take.
  std::vector<std::jthread> workers_;
};

}  // namespace cairn::sweep

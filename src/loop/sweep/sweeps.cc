#include "loop/sweep/sweeps.h"

#include <algorithm>
#include <chrono>

#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ledger/metadata/event.h"
#include "loop/repository/collection.h"
#include "loop/sweep/copy.h"
#include "loop/sweep/events.h"
#include "loop/sweep/share.h"
#include "loop/sweep/store/sweep_table.h"
#include "loop/sweep/tracked.h"

namespace cairn::sweep {
namespace {

constexpr std::size_t kIdDigits = 8;
constexpr unsigned kMostJobs = 256;

}  // namespace

Sweeps::Sweeps(sql::Database& database, const os::Clock& clock, pipeline::Runner& runner,
               tracking::Tracking& tracking, Around around)
    : database_(database), clock_(clock), runner_(runner), tracking_(tracking), around_(std::move(around)) {}

Sweeps::~Sweeps() {
  std::vector<std::jthread> workers;
  std::vector<std::string> runs;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (auto& [trial, active] : active_) {
      if (active.doing == Doing::Go) active.doing = Doing::PutBack;
      if (!active.run.empty()) runs.push_back(active.run);
    }
    workers.swap(workers_);
  }
  changed_.notify_all();
  for (const auto& run : runs) static_cast<void>(bool(runner_.Cancel(run)));
}

std::string Sweeps::BaseOf(const std::string& sweep) const {
  return os::JoinPath(around_.data_dir, "sweeps/" + sweep + "/base");
}

std::string Sweeps::FolderOf(const Trial& trial) const {
  return os::JoinPath(around_.data_dir, "sweeps/" + trial.sweep + "/" + std::to_string(trial.number));
}

Result<std::string> Sweeps::Experiment() const {
  if (auto named = os::Variable("MLFLOW_EXPERIMENT_NAME")) return *std::move(named);
  return around_.project_name ? around_.project_name() : Result<std::string>("");
}

Result<std::vector<std::vector<Setting>>> Sweeps::Propose(const Order& order) const {
  Plan plan;
  plan.search = order.search;
  plan.trials = order.trials;
  plan.seed = order.seed;
  for (const auto& text : order.set) plan.axes.push_back(CAIRN_TRY(ParseAxis(text)));
  if (!order.until.empty()) CAIRN_TRY(ParseGoal(order.until));
  if (order.budget_ms < 0) return Error{Reason::InvalidArgument, "the time must not be negative"};
  auto proposals = CAIRN_TRY(Proposals(plan));
  const std::string project = CAIRN_TRY(os::RealPath(order.project));
  const auto definition = CAIRN_TRY(pipeline::ReadDefinition(project));
  for (const auto& stage : order.stages) {
    if (definition.Named(stage).empty())
      return Error{Reason::NotFound, "dvc.yaml has no stage '" + stage + "'"};
  }
  for (const Setting& setting : proposals.empty() ? std::vector<Setting>() : proposals.front()) {
    const std::string text = CAIRN_TRY(ReadSettable(project, setting));
    CAIRN_TRY(WithSetting(text, setting));
    if (setting.key != kShareKey) continue;
    CAIRN_TRY(StagesBehind(definition, setting.file));
    if (!order.stages.empty())
      return Error{Reason::InvalidArgument,
                   "what is trained on a share are the stages behind '" + setting.file + "': name none"};
  }
  return proposals;
}

Result<Sweep> Sweeps::Queue(const Order& order) {
  CAIRN_TRY(Recover());
  const auto proposals = CAIRN_TRY(Propose(order));
  Sweep sweep;
  sweep.id = os::NewHexId().substr(0, kIdDigits);
  sweep.home = runner_.home();
  sweep.order = order;
  sweep.created = clock_.Now();
  const std::string folder = os::ParentOf(BaseOf(sweep.id));
  const auto base = TakeBase(order.project, around_.data_dir, BaseOf(sweep.id));
  if (!base) {
    static_cast<void>(bool(os::RemoveTree(folder)));
    return base.error();
  }
  std::vector<std::string> read;
  for (const auto& [path, md5] : base->data) read.push_back(md5);
  CAIRN_TRY(repository::Keep(base->cache, KeeperOf(sweep.id), read));
  sweep.project = base->project;
  sweep.source = base->source;
  sweep.tracked = CAIRN_TRY(TrackSweep(tracking_, sweep, CAIRN_TRY(Experiment()), sweep.created));
  std::vector<Trial> trials(proposals.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    trials[i].sweep = sweep.id;
    trials[i].number = static_cast<std::int64_t>(i) + 1;
    trials[i].settings = proposals[i];
  }
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(InsertSweep(connection, sweep, trials));
    CAIRN_TRY(metadata::Append(connection, sweep.created, QueuedEvent(sweep, trials.size())));
    return Done{};
  }));
  return sweep;
}

Result<> Sweeps::Begin(const std::string& project, const std::string& sweep, unsigned jobs) {
  CAIRN_TRY(Recover());
  if (jobs < 1 || jobs > kMostJobs)
    return Error{Reason::InvalidArgument, "'jobs' must be between 1 and " + std::to_string(kMostJobs)};
  const std::string folder = project.empty() ? "" : CAIRN_TRY(os::RealPath(project));
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<> {
    bool any = false;
    for (const Sweep& one : CAIRN_TRY(SelectSweeps(connection, sweep.empty() ? folder : ""))) {
      if (one.home != runner_.home() || (!sweep.empty() && one.id != sweep)) continue;
      any = true;
      CAIRN_TRY(SetJobs(connection, one.id, jobs));
    }
    if (any) return Done{};
    return Error{Reason::NotFound, sweep.empty() ? "nothing was queued here: `cairn exp run --queue` does"
                                                 : "there is no sweep '" + sweep + "' here"};
  }));
  Hire(jobs);
  return Done{};
}

Result<> Sweeps::TakeUp() {
  CAIRN_TRY(Recover());
  {
    const std::lock_guard lock(mutex_);
    if (working_ > 0) return Done{};
  }
  const auto jobs = CAIRN_TRY(
      database_.Read([&](sql::Connection& connection) { return SelectJobs(connection, runner_.home()); }));
  if (jobs > 0) Hire(static_cast<unsigned>(jobs));
  return Done{};
}

Result<> Sweeps::Recover() {
  const std::lock_guard lock(recovering_);
  if (recovered_) return Done{};
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<> {
    for (Trial& trial : CAIRN_TRY(SelectRunning(connection, runner_.home()))) {
      trial.state = TrialState::Queued;
      trial.problem = "the program ended while it ran";
      CAIRN_TRY(UpdateTrial(connection, trial));
    }
    return Done{};
  }));
  recovered_ = true;
  return Done{};
}

Result<Sweep> Sweeps::Find(const std::string& id) {
  CAIRN_TRY(Recover());
  return database_.Read([&](sql::Connection& connection) { return SelectSweep(connection, id); });
}

Result<Trial> Sweeps::FindTrial(const std::string& id) {
  CAIRN_TRY(Recover());
  const auto [sweep, number] = CAIRN_TRY(ParseTrialId(id));
  return database_.Read([&, &sweep = sweep, &number = number](sql::Connection& connection) {
    return SelectTrial(connection, sweep, number);
  });
}

Result<std::vector<Sweep>> Sweeps::List(const std::string& project) {
  CAIRN_TRY(Recover());
  const std::string folder = project.empty() ? "" : CAIRN_TRY(os::RealPath(project));
  return database_.Read([&](sql::Connection& connection) { return SelectSweeps(connection, folder); });
}

Result<std::vector<Trial>> Sweeps::Trials(const std::string& project, const std::string& sweep) {
  CAIRN_TRY(Recover());
  const std::string folder = project.empty() ? "" : CAIRN_TRY(os::RealPath(project));
  return database_.Read([&](sql::Connection& connection) { return SelectTrials(connection, folder, sweep); });
}

Result<Counts> Sweeps::Count(const std::string& project, const std::string& sweep) {
  CAIRN_TRY(Recover());
  const std::string folder = project.empty() ? "" : CAIRN_TRY(os::RealPath(project));
  return database_.Read([&](sql::Connection& connection) { return CountTrials(connection, folder, sweep); });
}

std::vector<std::string> Sweeps::Ended(std::size_t after, std::int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                    [&] { return closing_ || ended_.size() > after; });
  if (ended_.size() <= after) return {};
  return {ended_.begin() + static_cast<std::ptrdiff_t>(after), ended_.end()};
}

Result<> Sweeps::StopTrial(const std::string& id, How how) {
  Trial trial = CAIRN_TRY(FindTrial(id));
  if (trial.state != TrialState::Queued && trial.state != TrialState::Running)
    return Error{Reason::Conflict, "trial " + id + " is " + NameOf(trial.state) + " already"};
  std::string run;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = active_.find(id); found != active_.end()) {
      found->second.doing = how == How::Stop ? Doing::Stop : Doing::PutBack;
      run = found->second.run;
    }
  }
  if (!run.empty()) {
    // It may have ended by itself in between.
    static_cast<void>(bool(runner_.Cancel(run)));
    return Done{};
  }
  if (how == How::PutBack) return Done{};
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    Trial now = CAIRN_TRY(SelectTrial(connection, trial.sweep, trial.number));
    if (now.state != TrialState::Queued) return Done{};
    now.state = TrialState::Stopped;
    now.ended = clock_.Now();
    now.problem = "it was stopped before it began";
    return UpdateTrial(connection, now);
  });
}

Result<std::int64_t> Sweeps::StopAll(const std::string& project, How how) {
  CAIRN_TRY(Recover());
  const auto sweeps = CAIRN_TRY(List(project));
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<> {
    for (const Sweep& sweep : sweeps) {
      if (sweep.home == runner_.home()) CAIRN_TRY(SetJobs(connection, sweep.id, 0));
    }
    return Done{};
  }));
  std::vector<std::string> trials;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [trial, active] : active_) trials.push_back(trial);
  }
  std::int64_t count = 0;
  for (const auto& trial : trials) {
    const bool ours = std::any_of(sweeps.begin(), sweeps.end(),
                                  [&](const Sweep& sweep) { return trial.starts_with(sweep.id + "-"); });
    if (ours && StopTrial(trial, how)) ++count;
  }
  return count;
}

Result<Trial> Sweeps::Retry(const std::string& id) {
  const Trial asked = CAIRN_TRY(FindTrial(id));
  auto retried = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<Trial> {
    Trial trial = CAIRN_TRY(SelectTrial(connection, asked.sweep, asked.number));
    if (trial.state != TrialState::Failed && trial.state != TrialState::Stopped &&
        trial.state != TrialState::Skipped)
      return Error{Reason::Conflict, "trial " + id + " is " + NameOf(trial.state) +
                                         ": only one that failed, was stopped or skipped is tried again"};
    trial.state = TrialState::Queued;
    trial.problem.clear();
    trial.beginnings = std::min<std::int64_t>(trial.beginnings, 1);
    trial.ended = 0;
    CAIRN_TRY(UpdateTrial(connection, trial));
    return trial;
  }));
  CAIRN_TRY(LogSweep(tracking_, CAIRN_TRY(Find(asked.sweep)), true, clock_.Now()));
  const std::lock_guard lock(mutex_);
  ++calls_;
  return retried;
}

Result<> Sweeps::Remove(const std::string& id) {
  const Trial asked = CAIRN_TRY(FindTrial(id));
  const auto base = OpenBase(BaseOf(asked.sweep));
  const bool last = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<bool> {
    const Trial trial = CAIRN_TRY(SelectTrial(connection, asked.sweep, asked.number));
    if (trial.state == TrialState::Running)
      return Error{Reason::Conflict, "trial " + id + " runs: stop it first (`cairn exp stop " + id + "`)"};
    CAIRN_TRY(DeleteTrial(connection, trial));
    if (!CAIRN_TRY(SelectTrials(connection, "", trial.sweep)).empty()) return false;
    CAIRN_TRY(DeleteSweep(connection, trial.sweep));
    return true;
  }));
  if (last && base) CAIRN_TRY(repository::LetGo(base->cache, KeeperOf(asked.sweep)));
  return os::RemoveTree(last ? os::ParentOf(BaseOf(asked.sweep)) : FolderOf(asked));
}

}  // namespace cairn::sweep

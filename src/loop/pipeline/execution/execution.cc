#include "loop/pipeline/execution/execution.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <unordered_map>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/pipeline/execution/item_calls.h"
#include "loop/pipeline/execution/variables.h"
#include "loop/pipeline/item_map.h"

namespace cairn::pipeline {
namespace {

bool Ended(StageState state) { return state != StageState::Waiting && state != StageState::Running; }
bool Allows(StageState state) { return state == StageState::Finished || state == StageState::Unchanged; }

constexpr const char* kDevicesVariable = "CUDA_VISIBLE_DEVICES";

std::string DevicesOf(std::span<const unsigned> gpus) {
  std::vector<std::string> devices;
  for (const unsigned device : gpus) devices.push_back(std::to_string(device));
  return Join(devices, ",");
}

}  // namespace

Execution::Execution(Project& project, const os::Clock& clock, Setting setting,
                     std::vector<StageRecord> stages, Changed changed)
    : project_(project),
      clock_(clock),
      setting_(std::move(setting)),
      hidden_(project.settings().SecretVariables()),
      changed_(std::move(changed)),
      free_(setting_.capacity),
      gpu_taken_(setting_.capacity.gpu, false) {
  std::unordered_map<std::string_view, const Stage*> named;
  for (const Stage& stage : project.definition().stages) named[stage.name] = &stage;
  for (auto& record : stages) {
    Task task;
    task.stage = named.at(record.name);
    task.settings = &project.settings().Of(record.name);
    task.record = std::move(record);
    tasks_.push_back(std::move(task));
  }
  Link();
}

void Execution::Link() {
  std::unordered_map<const Stage*, std::size_t> places;
  for (std::size_t i = 0; i < tasks_.size(); ++i) places[tasks_[i].stage] = i;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    for (const Stage* before : project_.definition().Before(*tasks_[i].stage)) {
      const auto found = places.find(before);
      if (found == places.end()) continue;
      tasks_[found->second].after.push_back(i);
      ++tasks_[i].open;
    }
    if (tasks_[i].open == 0) ready_.insert(i);
  }
}

/// How many stages may find room at once.
unsigned Execution::AtOnce() const {
  double least = setting_.capacity.cpu;
  for (const Task& task : tasks_) least = std::min(least, task.settings->resources.cpu);
  const double fit = setting_.capacity.cpu / std::max(least, kLeastCpu) + kLeastCpu;
  return static_cast<unsigned>(
      std::min({fit, static_cast<double>(kMostAtOnce), static_cast<double>(tasks_.size())}));
}

Result<> Execution::Run(std::stop_token stop) {
  os::WorkerPool pool("stage", AtOnce(), tasks_.size());
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stop.stop_requested() || journal_broken_) {
      CloseAll();
    } else {
      StartWhatFits(pool, stop);
    }
    if (running_ == 0 && ready_.empty()) break;
    AwaitChange(lock, stop);
  }
  lock.unlock();
  pool.Stop();
  if (journal_error_) return *journal_error_;
  return Done{};
}

void Execution::StartWhatFits(os::WorkerPool& pool, std::stop_token stop) {
  looked_ns_ = os::SteadyNs();
  for (auto at = ready_.begin(); at != ready_.end();) {
    const std::size_t place = *at;
    Task& task = tasks_[place];
    if (running_ >= kMostAtOnce || free_.cpu < kLeastCpu) return;
    if (task.not_before_ns > looked_ns_ || !Take(task)) {
      ++at;
      continue;
    }
    at = ready_.erase(at);
    task.record.state = StageState::Running;
    ++running_;
    // There is room for every task in the queue.
    static_cast<void>(pool.Submit([this, place, stop](std::stop_token) { Perform(place, stop); }));
  }
}

/// Until a stage has ended, its next try is due, or the run is stopped.
void Execution::AwaitChange(std::unique_lock<std::mutex>& lock, std::stop_token stop) {
  const std::uint64_t seen = changes_;
  const auto changed = [&] { return changes_ != seen; };
  if (stop.stop_requested()) {
    if (running_ > 0) ended_.wait(lock, changed);
    return;
  }
  std::int64_t next = 0;
  for (const std::size_t place : ready_) {
    const std::int64_t due = tasks_[place].not_before_ns;
    if (due > looked_ns_ && (next == 0 || due < next)) next = due;
  }
  if (next == 0) {
    ended_.wait(lock, stop, changed);
  } else {
    ended_.wait_for(lock, stop, std::chrono::nanoseconds(std::max<std::int64_t>(0, next - os::SteadyNs())),
                    changed);
  }
}

/// The run was stopped: nothing more begins.
void Execution::CloseAll() {
  ready_.clear();
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    StageRecord& record = tasks_[i].record;
    if (record.state != StageState::Waiting) continue;
    record.state = StageState::Killed;
    record.reason = tasks_[i].tries == 0 ? "the run was cancelled before it began"
                                         : "the run was cancelled before it was tried again";
    record.ended = clock_.Now();
    Tell(i, record);
  }
}

/// Whatever waits for a stage that did not finish, however far behind.
void Execution::Block(std::size_t place) {
  for (const std::size_t after : tasks_[place].after) {
    StageRecord& record = tasks_[after].record;
    if (Ended(record.state)) continue;
    record.state = StageState::Blocked;
    record.reason = "stage '" + tasks_[place].record.name + "' before it did not finish";
    record.ended = clock_.Now();
    Tell(after, record);
    Block(after);
  }
}

void Execution::Tell(std::size_t place, const StageRecord& record) {
  const std::lock_guard lock(telling_);
  auto told = changed_(place, record);
  if (told || journal_error_) return;
  journal_error_ = std::move(told).error();
  journal_broken_ = true;
}

void Execution::Perform(std::size_t place, std::stop_token stop) {
  // Only this thread touches the task while it stands as running; what others read of it, its state, is set
  // under the mutex.
  Task mine = tasks_[place];
  auto next = Next::Over;
  if (mine.tries == 0) mine.record.started = clock_.Now();
  if (mine.tries > 0 || StillStale(mine)) {
    mine.record.log = os::JoinPath(setting_.logs, mine.record.name + ".log");
    mine.record.reason.clear();
    Tell(place, mine.record);
    next = Carry(place, mine, stop);
  }
  if (next == Next::Over) mine.record.ended = clock_.Now();
  Tell(place, mine.record);
  Settle(place, std::move(mine), next);
}

void Execution::Settle(std::size_t place, Task mine, Next next) {
  const std::lock_guard lock(mutex_);
  Task& task = tasks_[place];
  GiveBack(task);
  task.record = std::move(mine.record);
  task.tries = mine.tries;
  task.not_before_ns = mine.not_before_ns;
  --running_;
  if (next == Next::Again) {
    ready_.insert(place);
  } else if (!Allows(task.record.state)) {
    Block(place);
  } else {
    for (const std::size_t after : task.after) {
      if (--tasks_[after].open == 0 && tasks_[after].record.state == StageState::Waiting)
        ready_.insert(after);
    }
  }
  ++changes_;
  ended_.notify_all();
}

bool Execution::StillStale(Task& task) {
  auto& record = task.record;
  const bool only_upstream = std::all_of(record.causes.begin(), record.causes.end(), [](const Cause& cause) {
    return cause.level == Cause::Level::Upstream;
  });
  if (!only_upstream) return true;
  auto causes = project_.CausesOf(*task.stage);
  if (!causes) return true;  // what cannot be read is found again, and told, when its inputs are observed
  if (causes->empty()) {
    record.state = StageState::Unchanged;
    record.reason = "its inputs are the same after all";
    return false;
  }
  record.causes = *std::move(causes);
  return true;
}

Result<> Execution::Prepare(const Task& task) {
  for (const Out& out : task.stage->outs) {
    if (!out.persist) CAIRN_TRY(os::RemoveTree(os::JoinPath(project_.folder(), out.path)));
  }
  return os::MakeFolders(setting_.logs);
}

Execution::Next Execution::Carry(std::size_t place, Task& task, std::stop_token stop) {
  StageRecord& record = task.record;
  const auto fail = [&](const Error& error) {
    record.state = StageState::Failed;
    record.reason = error.message;
    return Next::Over;
  };
  const auto secrets = ReadSecrets(project_.folder(), task.settings->secrets);
  if (!secrets) return fail(secrets.error());
  std::optional<ItemWork> work;
  auto tried = task.stage->frozen ? TakeAsItIs(task)
               : task.stage->map  ? TryItems(place, task, *secrets, stop, work)
                                  : Try(task, *secrets, stop);
  if (!tried) return fail(tried.error());
  const AttemptRecord& attempt = tried->attempt;
  record.exit = attempt.exit;
  record.wall_ms += attempt.wall_ms;
  record.cpu_ms += attempt.cpu_ms;
  record.max_rss_bytes = std::max(record.max_rss_bytes, attempt.max_rss_bytes);
  if (task.settings->retries.most > 0 && tried->ran) record.attempts.push_back(attempt);
  if (!tried->ran) record.log.clear();
  if (!attempt.reason.empty()) return Judge(task, attempt, stop);
  auto locked = Adopt(task, std::move(tried->inputs), work);
  if (!locked) return fail(locked.error());
  record.reads = FromProject(*task.stage, std::move(locked->deps));
  record.makes = FromProject(*task.stage, std::move(locked->outs));
  record.reason = std::move(tried->said);
  record.state = StageState::Finished;
  return Next::Over;
}

Result<Execution::Tried> Execution::TakeAsItIs(const Task& task) {
  CAIRN_TRY(CheckFrozen(project_.folder(), *task.stage));
  Tried tried;
  tried.inputs = CAIRN_TRY(project_.ObserveInputs(*task.stage));
  tried.ran = false;
  tried.said = "it is frozen: what is there counts as what it made";
  return tried;
}

bool Execution::MayRestore(const Task& task) const {
  return setting_.run_cache && task.tries == 0 &&
         std::none_of(task.record.causes.begin(), task.record.causes.end(),
                      [](const Cause& cause) { return cause.level == Cause::Level::Forced; });
}

Result<Execution::Tried> Execution::Try(Task& task, const Secrets& secrets, std::stop_token stop) {
  Tried tried;
  tried.inputs = CAIRN_TRY(project_.ObserveInputs(*task.stage));
  if (MayRestore(task) && project_.Restore(*task.stage, tried.inputs)) {
    tried.ran = false;
    tried.said = "it ran on the same before: what it made then is back";
    return tried;
  }
  CAIRN_TRY(Prepare(task));
  ++task.tries;
  tried.attempt = Attempt(clock_, SettingFor(task, secrets)).Run(task.stage->Commands(), std::move(stop));
  return tried;
}

Result<Execution::Tried> Execution::TryItems(std::size_t place, Task& task, const Secrets& secrets,
                                             std::stop_token stop, std::optional<ItemWork>& work) {
  // What a try before this one did counts.
  const bool anew = task.tries == 0 && task.record.CallsAll();
  work.emplace(CAIRN_TRY(project_.BeginItems(*task.stage, anew)));
  CAIRN_TRY(os::MakeFolders(setting_.logs));
  ++task.tries;
  const ItemPlan& plan = work->plan();
  KeepRoomFor(place, task, plan.calls.size());
  ItemCalls::Setting setting;
  setting.project = project_.folder();
  setting.attempt = SettingFor(task, secrets);
  setting.at_once = task.at_once;
  setting.devices_variable = kDevicesVariable;
  const std::size_t each = task.settings->resources.gpu;
  for (std::size_t first = 0; each > 0 && first + each <= task.gpus.size(); first += each)
    setting.devices.push_back(DevicesOf(std::span(task.gpus).subspan(first, each)));
  Tried tried;
  tried.attempt = ItemCalls(clock_, *task.stage, project_.index(), std::move(setting))
                      .Run(plan, work->journal(), std::move(stop));
  tried.inputs = work->inputs();
  tried.said = WithThousands(static_cast<std::int64_t>(plan.calls.size())) + " of " +
               WithThousands(static_cast<std::int64_t>(plan.items)) + " items called";
  return tried;
}

Result<LockedStage> Execution::Adopt(const Task& task, LockedStage inputs, std::optional<ItemWork>& work) {
  if (!work) return project_.Adopt(*task.stage, std::move(inputs));
  CAIRN_TRY(work->CheckOuts());
  CAIRN_TRY(work->Keep());
  auto locked = CAIRN_TRY(project_.Adopt(*task.stage, std::move(inputs)));
  work->End();
  return locked;
}

/// Whether a try that failed is followed by another.
Execution::Next Execution::Judge(Task& task, const AttemptRecord& attempt, std::stop_token stop) {
  StageRecord& record = task.record;
  const Retries& retries = task.settings->retries;
  record.reason = attempt.reason;
  if (stop.stop_requested()) {
    record.state = StageState::Killed;
    return Next::Over;
  }
  record.state = StageState::Failed;
  if (task.tries > retries.most) {
    if (retries.most > 0) record.reason += ", as the last of " + std::to_string(task.tries) + " tries";
    return Next::Over;
  }
  const std::int64_t wait = retries.WaitAfter(task.tries);
  task.not_before_ns = os::SteadyNs() + wait * 1'000'000;
  record.state = StageState::Waiting;
  record.reason = "try " + std::to_string(task.tries) + " of " + std::to_string(retries.most + 1) +
                  " failed: " + attempt.reason + "; again in " + FormatDuration(wait);
  return Next::Again;
}

Attempt::Setting Execution::SettingFor(const Task& task, const Secrets& secrets) const {
  Attempt::Setting setting;
  setting.folder = os::JoinPath(project_.folder(), task.stage->wdir);
  setting.id = setting_.run + "/" + task.record.name + "/" + std::to_string(task.tries);
  setting.log = task.record.log;
  setting.timeout_ms = task.settings->timeout_ms;
  setting.grace_ms = setting_.grace_ms;
  auto& environment = setting.environment;
  const auto set = [&](const std::string& name, std::optional<std::string> value) {
    std::erase_if(environment, [&](const auto& one) { return one.first == name; });
    environment.emplace_back(name, std::move(value));
  };
  for (const auto& variable : hidden_) set(variable, std::nullopt);
  for (const auto& [name, value] : setting_.environment) set(name, value);
  set("DVC_ROOT", project_.root());
  for (auto& [name, value] : VariablesOf(*task.stage, setting_.run, setting_.context))
    set(name, std::move(value));
  if (!task.gpus.empty()) set(kDevicesVariable, DevicesOf(task.gpus));
  for (const auto& [name, value] : secrets) {
    set(name, value);
    setting.secrets.push_back(value);
  }
  return setting;
}

}  // namespace cairn::pipeline

#include "loop/pipeline/execution/execution.h"

#include <algorithm>
#include <thread>

#include "ground/os/append_file.h"
#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "loop/tracking/provenance.h"

namespace cairn::pipeline {
namespace {

bool Ended(StageState state) { return state != StageState::Waiting && state != StageState::Running; }
bool Allows(StageState state) { return state == StageState::Finished || state == StageState::Unchanged; }

/// The user's shell without its start-up files, as DVC runs commands.
std::vector<std::string> ShellFor(const std::string& text) {
  const std::string shell = os::VariableOr("SHELL", "/bin/sh");
  const std::string name = os::BaseName(shell);
  if (name == "bash") return {shell, "--noprofile", "--norc", "-c", text};
  if (name == "zsh") return {shell, "--no-rcs", "-c", text};
  return {shell, "-c", text};
}

Result<> AppendLine(const std::string& file, const std::string& line) {
  os::SystemDisk disk;
  return CAIRN_TRY(disk.OpenAppend(file))->Append(line + "\n");
}

/// Tags that MLflow's client puts on every run it starts, as a JSON object.
constexpr const char* kContextVariable = "MLFLOW_RUN_CONTEXT";

}  // namespace

Execution::Execution(Project& project, const os::Clock& clock, Setting setting,
                     std::vector<StageRecord> stages, Changed changed)
    : project_(project), clock_(clock), setting_(std::move(setting)), changed_(std::move(changed)) {
  for (auto& record : stages)
    tasks_.push_back({project.definition().Find(record.name), std::move(record), {}});
  for (Task& task : tasks_) {
    for (const Stage* before : project.definition().Before(*task.stage)) {
      for (std::size_t i = 0; i < tasks_.size(); ++i) {
        if (tasks_[i].stage == before) task.before.push_back(i);
      }
    }
  }
}

Result<> Execution::Run(std::stop_token stop) {
  std::vector<std::jthread> threads;
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool stopped = stop.stop_requested() || JournalBroken();
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      Task& task = tasks_[i];
      if (task.record.state != StageState::Waiting) continue;
      const std::string blocker = Blocker(task);
      if (stopped || !blocker.empty()) {
        task.record.state = stopped ? StageState::Killed : StageState::Blocked;
        task.record.reason = stopped ? "the run was cancelled before it began" : blocker;
        task.record.ended = clock_.Now();
        Tell(i, task.record);
        continue;
      }
      const bool ready = std::all_of(task.before.begin(), task.before.end(),
                                     [&](std::size_t b) { return Allows(tasks_[b].record.state); });
      if (!ready || running_ >= std::max(1U, setting_.workers)) continue;
      task.record.state = StageState::Running;
      ++running_;
      threads.emplace_back([this, i, stop] { Perform(i, stop); });
    }
    if (running_ == 0) break;
    ended_.wait(lock);
  }
  lock.unlock();
  threads.clear();
  if (journal_error_) return *journal_error_;
  return Done{};
}

bool Execution::JournalBroken() {
  const std::lock_guard lock(telling_);
  return journal_error_.has_value();
}

std::string Execution::Blocker(const Task& task) const {
  for (const std::size_t b : task.before) {
    const StageRecord& before = tasks_[b].record;
    if (Ended(before.state) && !Allows(before.state))
      return "stage '" + before.name + "' before it did not finish";
  }
  return "";
}

void Execution::Tell(std::size_t place, const StageRecord& record) {
  const std::lock_guard lock(telling_);
  auto told = changed_(place, record);
  if (!told && !journal_error_) journal_error_ = std::move(told).error();
}

void Execution::Perform(std::size_t place, std::stop_token stop) {
  // Only this thread touches the task while it stands as running; what others read of it, its state, is set
  // under the mutex.
  Task mine{tasks_[place].stage, tasks_[place].record, {}};
  mine.record.started = clock_.Now();
  if (StillStale(mine)) {
    mine.record.log = os::JoinPath(setting_.logs, mine.record.name + ".log");
    Tell(place, mine.record);
    Carry(mine, stop);
  }
  mine.record.ended = clock_.Now();
  Tell(place, mine.record);
  const std::lock_guard lock(mutex_);
  tasks_[place].record = mine.record;
  --running_;
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

void Execution::Carry(Task& task, std::stop_token stop) {
  auto& record = task.record;
  auto done = [&]() -> Result<> {
    LockedStage inputs = CAIRN_TRY(project_.ObserveInputs(*task.stage));
    for (const Out& out : task.stage->outs) {
      if (!out.persist) CAIRN_TRY(os::RemoveTree(os::JoinPath(project_.folder(), out.path)));
    }
    CAIRN_TRY(RunCommands(task, record, stop));
    LockedStage locked = CAIRN_TRY(project_.Adopt(*task.stage, std::move(inputs)));
    record.reads = std::move(locked.deps);
    record.makes = std::move(locked.outs);
    return Done{};
  }();
  if (done) {
    record.state = StageState::Finished;
  } else {
    record.state = stop.stop_requested() ? StageState::Killed : StageState::Failed;
    record.reason = stop.stop_requested() ? "it was cancelled" : done.error().message;
  }
}

os::Command Execution::CommandFor(const Stage& stage, const std::string& text, const std::string& log) const {
  os::Command command;
  command.arguments = ShellFor(text);
  command.folder = os::JoinPath(project_.folder(), stage.wdir);
  command.environment = setting_.environment;
  command.environment.emplace_back("DVC_ROOT", project_.root());
  command.environment.emplace_back("DVC_STAGE", stage.name);
  Json context = setting_.context;
  context.Set(std::string(tracking::kStageTag), setting_.run + "/" + stage.name);
  command.environment.emplace_back(kContextVariable, context.Dump());
  command.log = log;
  return command;
}

Result<> Execution::RunCommands(const Task& task, StageRecord& record, std::stop_token stop) {
  CAIRN_TRY(os::MakeFolders(setting_.logs));
  for (const std::string& text : task.stage->Commands()) {
    if (stop.stop_requested()) return Error{Reason::Conflict, "it was cancelled"};
    CAIRN_TRY(AppendLine(record.log, "> " + text));
    os::Process process = CAIRN_TRY(os::Process::Spawn(CommandFor(*task.stage, text, record.log)));
    const auto waited = process.Wait(os::Process::kForever, stop);
    const os::Exit exit = waited ? *waited : process.Terminate(setting_.grace_ms);
    record.exit = exit.code;
    record.wall_ms += exit.wall_ms;
    record.cpu_ms += exit.cpu_ms;
    record.max_rss_bytes = std::max(record.max_rss_bytes, exit.max_rss_bytes);
    if (!waited || !exit.Succeeded())
      return Error{Reason::Conflict, "'" + text + "' ended with " + os::Describe(exit)};
  }
  return Done{};
}

}  // namespace cairn::pipeline

#include "loop/pipeline/cluster/cluster_execution.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/cluster/left_job.h"
#include "loop/pipeline/execution/variables.h"

namespace cairn::pipeline {
namespace {

constexpr std::int64_t kShortestPauseNs = 100'000'000, kLongestPauseNs = 2'000'000'000;
/// Of the time that passes, so much at most goes into looking.
constexpr std::int64_t kLooksShare = 5;
/// What a job that was asked to end may take for it.
constexpr std::int64_t kEndingNs = 60'000'000'000;

bool Ended(StageState state) { return state != StageState::Waiting && state != StageState::Running; }
bool Allows(StageState state) { return state == StageState::Finished || state == StageState::Unchanged; }

/// Until then, or until the run is stopped.
void Pause(std::int64_t ns, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, std::chrono::nanoseconds(ns), [] { return false; });
}

AttemptRecord AttemptOf(const Json& json) {
  AttemptRecord attempt;
  attempt.started = json.Int("started");
  attempt.ended = json.Int("ended");
  if (json.At("exit").IsInt()) attempt.exit = json.Int("exit");
  attempt.reason = json.Text("reason");
  attempt.wall_ms = json.Int("wall_ms");
  attempt.cpu_ms = json.Int("cpu_ms");
  attempt.max_rss_bytes = static_cast<std::uint64_t>(json.Int("max_rss_bytes"));
  return attempt;
}

void Append(const std::string& file, const std::string& text) {
  // A log that cannot be written must not stop the work it is about.
  const auto log = os::OpenToAppend(file);
  if (log) static_cast<void>(bool(os::WriteAll(log->number(), text, file)));
}

}  // namespace

ClusterExecution::ClusterExecution(Project& project, const os::Clock& clock, Engine& engine,
                                   Execution::Setting setting, std::vector<StageRecord> stages,
                                   Execution::Changed changed, std::optional<Json> left)
    : project_(project),
      clock_(clock),
      engine_(engine),
      setting_(std::move(setting)),
      changed_(std::move(changed)),
      left_(std::move(left)),
      key_(KeyOf(left_ ? left_->Text("run") : setting_.run)) {
  for (auto& record : stages) {
    Task task;
    task.stage = project.definition().Find(record.name);
    task.record = std::move(record);
    places_[task.record.name] = tasks_.size();
    tasks_.push_back(std::move(task));
  }
  for (Task& task : tasks_) {
    for (const Stage* before : project.definition().Before(*task.stage)) {
      if (places_.contains(before->name)) task.before.push_back(before);
    }
  }
}

Result<> ClusterExecution::Run(std::stop_token stop) {
  auto outcome = Submit();
  if (outcome) outcome = Follow(stop);
  depot_.reset();
  ForgetPlan(project_.folder());
  if (outcome) return outcome;
  // What would still run there is wanted by nobody any more.
  const auto stopped = engine_.Stop(key_);
  std::string problem = outcome.error().message;
  if (!stopped) problem += "; its job " + key_ + " may still run: " + stopped.error().message;
  CAIRN_TRY(Close(StageState::Failed, problem));
  return Error{outcome.error().reason, problem};
}

Result<> ClusterExecution::Submit() {
  CAIRN_TRY(os::MakeFolders(setting_.logs));
  const std::string scratch = os::JoinPath(project_.root(), ".dvc/tmp/cairn/" + key_);
  depot_.emplace(CAIRN_TRY(Depot::Open(project_.settings().executor().store, scratch)));
  if (left_) return GoOn();
  const std::string plan = CAIRN_TRY(WritePlan(*depot_));
  CAIRN_TRY(depot_->Send());
  CAIRN_TRY(KeepPlan(project_.folder(), plan));
  return engine_.Submit(key_, plan);
}

/// What its stages were sent counts as it is here, which is as it was.
Result<> ClusterExecution::GoOn() {
  for (Task& task : tasks_) {
    auto order = CAIRN_TRY(OrderIn(*left_, project_, task.record, *depot_));
    if (!order)
      return Error{Reason::Conflict, "what stage '" + task.record.name +
                                         "' reads was changed while its job " + key_ +
                                         " was being taken up: run it again"};
    task.inputs = std::move(order->inputs);
    task.still_to_be_made = std::move(order->still_to_be_made);
  }
  return Done{};
}

/// Of the stages whose inputs are there; the others have failed, as they would have here.
Result<std::string> ClusterExecution::WritePlan(Depot& depot) {
  Json plan = CAIRN_TRY(PlanOf(project_, setting_.run, project_.settings().executor().store, depot));
  Json stages = Json::Array();
  for (Task& task : tasks_) {
    if (const Stage* late = LateBefore(task)) {
      task.record.state = StageState::Blocked;
      task.record.reason = "stage '" + late->name + "' before it did not finish";
      CAIRN_TRY(Tell(task));
      continue;
    }
    auto order = OrderFor(project_, task.record, *task.stage, task.before, depot);
    if (!order) {
      task.record.state = StageState::Failed;
      task.record.reason = order.error().message;
      CAIRN_TRY(Tell(task));
      continue;
    }
    Json after = Json::Array();
    for (const Stage* before : task.before) after.Push(before->name);
    order->stage.Set("after", std::move(after));
    order->stage.Set("environment", VariablesFor(*task.stage));
    stages.Push(std::move(order->stage));
    task.inputs = std::move(order->inputs);
    task.still_to_be_made = std::move(order->still_to_be_made);
  }
  plan.Set("path", project_.settings().executor().path);
  plan.Set("stages", std::move(stages));
  return plan.Dump();
}

Json ClusterExecution::VariablesFor(const Stage& stage) const {
  Json variables = Json::Object();
  for (const auto& [name, value] : setting_.environment) {
    if (value) variables.Set(name, *value);
  }
  for (auto& [name, value] : VariablesOf(stage, setting_.run, setting_.context))
    variables.Set(name, std::move(value));
  const std::string& tracking = project_.settings().executor().tracking;
  if (!tracking.empty()) variables.Set("MLFLOW_TRACKING_URI", tracking);
  return variables;
}

/// The stage before it, of the same run, that has ended without what this one needs.
const Stage* ClusterExecution::LateBefore(const Task& task) const {
  for (const Stage* before : task.before) {
    const StageState state = tasks_[places_.find(before->name)->second].record.state;
    if (Ended(state) && !Allows(state)) return before;
  }
  return nullptr;
}

Result<> ClusterExecution::Follow(std::stop_token stop) {
  heard_ns_ = os::SteadyNs();
  std::int64_t stopped_ns = 0;
  for (;;) {
    if (stop.stop_requested() && stopped_ns == 0) {
      CAIRN_TRY(engine_.Stop(key_));
      stopped_ns = os::SteadyNs();
    }
    const std::int64_t began = os::SteadyNs();
    std::string end;
    if (CAIRN_TRY(Look(end))) {
      const std::string reason =
          "the job " + key_ + " on " + engine_.Shown() + " ended before the stage did: " + end;
      return stopped_ns > 0 ? Close(StageState::Killed, "it was cancelled")
                            : Close(StageState::Failed, reason);
    }
    if (stopped_ns > 0 && os::SteadyNs() - stopped_ns > kEndingNs)
      return Error{Reason::Unavailable,
                   engine_.Shown() + " was asked to stop the job " + key_ + " and has not"};
    const std::int64_t pause =
        std::clamp((os::SteadyNs() - began) * kLooksShare, kShortestPauseNs, kLongestPauseNs);
    Pause(pause, stopped_ns > 0 ? std::stop_token() : stop);
  }
}

/// Whether the job is over.
Result<bool> ClusterExecution::Look(std::string& end) {
  auto look = engine_.Look(key_);
  if (!look && look.error().reason == Reason::NotFound) {
    return Error{Reason::NotFound, engine_.Shown() + " does not know the job " + key_ +
                                       " any more: it was deleted, or its head node has been started anew; "
                                       "what was finished is kept, run it "
                                       "again to do the rest"};
  }
  if (!look) {
    const std::int64_t patience = project_.settings().executor().patience_ms;
    if (os::SteadyNs() - heard_ns_ < patience * 1'000'000) return false;
    return Error{look.error().reason, engine_.Shown() + " has not answered for " + FormatDuration(patience) +
                                          ", so that its head node may be gone: " + look.error().message +
                                          "; what was finished is kept, run it again to do the rest"};
  }
  heard_ns_ = os::SteadyNs();
  for (const Json& piece : news_.In(look->words)) CAIRN_TRY(Hear(piece));
  end = look->end;
  return look->over;
}

Result<> ClusterExecution::Hear(const Json& piece) {
  const auto found = places_.find(piece.Text("stage"));
  // What a machine says of a stage may come after its result.
  if (found == places_.end() || Ended(tasks_[found->second].record.state)) return Done{};
  Task& task = tasks_[found->second];
  if (piece.Find("text")) {
    Write(task, piece);
    return Done{};
  }
  if (piece.Find("waits")) {
    task.record.reason = piece.Text("waits");
    return Tell(task);
  }
  return piece.Text("state") == "running" ? Begin(task, piece) : End(task, piece);
}

/// Where several nodes share a machine, each passes on what all of them say.
void ClusterExecution::Write(Task& task, const Json& piece) {
  if (task.begun.empty() || piece.Int("started") != task.begun.back() || piece.Int("at") <= task.said) return;
  task.said = piece.Int("at");
  Append(task.record.log, piece.Text("text"));
}

Result<> ClusterExecution::Begin(Task& task, const Json& piece) {
  const std::int64_t started = piece.Int("started");
  if (std::find(task.begun.begin(), task.begun.end(), started) != task.begun.end()) return Done{};
  task.begun.push_back(started);
  task.said = -1;
  task.nodes.push_back(piece.Text("node"));
  task.record.log = os::JoinPath(setting_.logs, task.record.name + ".log");
  Append(task.record.log, (task.nodes.size() > 1 ? "> once more, on " : "> on ") + task.nodes.back() + "\n");
  if (task.record.state == StageState::Running) return Done{};
  task.record.state = StageState::Running;
  task.record.started = clock_.Now();
  task.record.reason.clear();
  return Tell(task);
}

Result<> ClusterExecution::End(Task& task, const Json& result) {
  StageRecord& record = task.record;
  record.reason = result.Text("reason");
  // By the clock here, whatever that of the machine says.
  const std::int64_t took = std::max<std::int64_t>(0, result.Int("ended") - result.Int("started"));
  if (record.started == 0 && result.Find("started")) record.started = clock_.Now() - took;
  for (const Json& one : result.At("attempts").items()) {
    const AttemptRecord attempt = AttemptOf(one);
    record.exit = attempt.exit;
    record.wall_ms += attempt.wall_ms;
    record.cpu_ms += attempt.cpu_ms;
    record.max_rss_bytes = std::max(record.max_rss_bytes, attempt.max_rss_bytes);
    if (project_.settings().Of(record.name).retries.most > 0) record.attempts.push_back(attempt);
  }
  const auto kept = KeepLog(task, result);
  const std::string state = result.Text("state");
  if (const Stage* late = LateBefore(task)) {
    record.state = StageState::Blocked;
    record.reason = "stage '" + late->name + "' before it did not finish";
  } else if (state == "unchanged") {
    record.state = StageState::Unchanged;
    record.reason = "its inputs are the same after all";
  } else if (state == "finished") {
    record.state = StageState::Finished;
    const auto taken = ResultOf(task, result).TakeOver(record);
    if (!taken) record.state = StageState::Failed;
    if (!taken)
      record.reason = "what it made on the cluster could not be taken over: " + taken.error().message;
  } else {
    record.state = state == "blocked" ? StageState::Blocked : StageState::Failed;
    const auto calls = result.Find("kept") ? ResultOf(task, result).KeepCalls() : Result<>();
    if (!calls) record.reason += ", which came to nothing: " + calls.error().message;
  }
  if (!kept && record.reason.empty()) record.reason = "not all of its log came back: " + kept.error().message;
  return Tell(task);
}

StageResult ClusterExecution::ResultOf(const Task& task, const Json& result) {
  return {project_, *depot_, *task.stage, task.inputs, task.still_to_be_made, result};
}

/// All that the last try printed, in place of the beginning that came while it ran.
Result<> ClusterExecution::KeepLog(Task& task, const Json& result) {
  const std::string name = result.At("log").Text("md5");
  if (!repository::Md5OfHex(name)) return Done{};
  StageRecord& record = task.record;
  record.log = os::JoinPath(setting_.logs, record.name + ".log");
  const std::string whole = record.log + ".whole";
  CAIRN_TRY(depot_->Bring(name, whole));
  const std::string words = CAIRN_TRY(os::ReadFile(whole));
  std::string head;
  if (task.nodes.empty() || task.nodes.back() != result.Text("node"))
    task.nodes.push_back(result.Text("node"));
  for (const auto& node : task.nodes) head += (head.empty() ? "> on " : "> once more, on ") + node + "\n";
  CAIRN_TRY(os::WriteFileAtomically(record.log, head + words));
  return os::Remove(whole);
}

/// The job is over: nothing more of it comes.
Result<> ClusterExecution::Close(StageState end, const std::string& reason) {
  for (Task& task : tasks_) {
    StageRecord& record = task.record;
    if (Ended(record.state)) continue;
    const bool waited = record.state == StageState::Waiting;
    record.state = end;
    record.reason = reason;
    if (waited)
      record.reason =
          end == StageState::Killed ? "the run was cancelled before it began" : "it did not begin: " + reason;
    CAIRN_TRY(Tell(task));
  }
  return Done{};
}

Result<> ClusterExecution::Tell(Task& task) {
  if (Ended(task.record.state)) task.record.ended = clock_.Now();
  return changed_(places_.find(task.record.name)->second, task.record);
}

}  // namespace cairn::pipeline

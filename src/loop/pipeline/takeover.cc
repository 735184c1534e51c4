#include "ground/os/leftovers.h"
#include "ledger/metadata/event.h"
#include "loop/pipeline/active.h"
#include "loop/pipeline/cluster/cluster_execution.h"
#include "loop/pipeline/cluster/left_job.h"
#include "loop/pipeline/run_events.h"
#include "loop/pipeline/runner.h"
#include "loop/pipeline/store/pull_table.h"
#include "loop/pipeline/store/run_table.h"
#include "loop/pipeline/store/trigger_table.h"

namespace cairn::pipeline {
namespace {

/// Whether that is the plan of the job which the run followed, its own or one that it had gone on with.
bool IsOf(const Json& plan, const RunRecord& run) {
  return run.environment.At("executor").Text("job") == ClusterExecution::KeyOf(plan.Text("run"));
}

/// Whether what is asked for is that run once more, as far as its stages can tell.
bool IsOnceMore(const Request& request, const RunRecord& run, const Json& plan) {
  const Trigger &now = request.trigger, &then = run.trigger;
  if (request.selection.force || now.on != then.on || now.name != then.name) return false;
  if (!now.cause.empty() && now.cause != then.cause) return false;
  const auto& stages = plan.At("stages").items();
  if (stages.empty()) return false;
  for (const auto& [member, variable] :
       {std::pair{"due", "CAIRN_DUE"}, std::pair{"before", "CAIRN_DUE_BEFORE"}}) {
    if (request.detail.Text(member) != stages.front().At("environment").Text(variable)) return false;
  }
  return true;
}

}  // namespace

/// A job that the project's last run left, when its program died: it is taken up, or stopped.
Result<> Runner::FindLeftJob(const Request& request, Active& active) {
  const std::string& folder = active.project->folder();
  auto plan = KeptPlan(folder);
  if (!plan) return Done{};
  std::optional<RunRecord> left;
  CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<> {
    // That of a run under way, of another store, or of another server that lives, is its own.
    if (CAIRN_TRY(SelectRunningOf(connection, folder))) return Done{};
    auto run = SelectRun(connection, plan->Text("run"));
    if (!run && run.error().reason != Reason::NotFound) return run.error();
    if (run && run->state == RunState::Killed) left = *std::move(run);
    return Done{};
  }));
  if (!left) return Done{};
  const std::string& address = active.project->settings().executor().address;
  bool goes_on = active.engine && left->environment.At("executor").Text("address") == address &&
                 IsOnceMore(request, *left, *plan);
  if (goes_on) goes_on = CAIRN_TRY(CanGoOnWith(*plan, *active.project, *active.engine, active.record.stages));
  if (goes_on) {
    active.record.trigger.cause = left->trigger.cause;
    active.left = std::move(plan);
    return Done{};
  }
  // Where nobody answers any more there is nothing to stop that could be.
  static_cast<void>(bool(StopJobOf(*left)));
  ForgetPlan(folder);
  return Done{};
}

Result<> Runner::Recover() {
  const std::lock_guard lock(recovering_);
  if (recovered_) return Done{};
  const auto left =
      CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return SelectLeftBy(connection, home_); }));
  for (const auto& id : left) {
    // What its stages' processes still write would mix with what the next run makes.
    const auto leftovers = EndLeftoversOf(id, Jobs::Leave);
    CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<> {
      return MarkKilled(connection, CAIRN_TRY(SelectRun(connection, id)), leftovers);
    }));
    CAIRN_TRY(KeepLineage(
        CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return SelectRun(connection, id); }))));
  }
  recovered_ = true;
  return Done{};
}

/// What of a run still works after its program died is ended here, and on other machines what nobody can go
/// on with. A server that was only silent would stop what another has gone on with: that it may not leave.
Result<> Runner::EndLeftoversOf(const std::string& id, Jobs jobs) {
  const RunRecord run =
      CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return SelectRun(connection, id); }));
  const auto kept = jobs == Jobs::Leave ? KeptPlan(run.project) : std::nullopt;
  // What of such a job runs on this machine is the job's too.
  if (kept && IsOf(*kept, run)) return Done{};
  auto stopped = StopJobOf(run);
  auto ended = os::EndLeftovers(kRunVariable, id);
  return ended ? std::move(stopped) : Result<>(ended.error());
}

Result<> Runner::MarkKilled(sql::Connection& connection, RunRecord run, const Result<>& leftovers) {
  run.state = RunState::Killed;
  run.ended = clock_.Now();
  run.problem = "the program ended while it ran; run it again to do the rest";
  if (!leftovers) run.problem += " (" + leftovers.error().message + ")";
  for (std::size_t i = 0; i < run.stages.size(); ++i) {
    auto& stage = run.stages[i];
    if (stage.state != StageState::Running && stage.state != StageState::Waiting) continue;
    stage.reason = stage.state == StageState::Running ? "the program ended while it ran"
                                                      : "the program ended before it began";
    stage.state = StageState::Killed;
    stage.ended = run.ended;
    CAIRN_TRY(UpdateStage(connection, run.id, i, stage));
    if (Ran(stage)) CAIRN_TRY(metadata::Append(connection, run.ended, StageEvent(run, stage)));
  }
  CAIRN_TRY(UpdateRun(connection, run));
  CAIRN_TRY(metadata::Append(connection, run.ended, EndedEvent(run)));
  return Release(connection, run.id);
}

Result<bool> Runner::TakeOver(const std::string& home, std::int64_t beat, const std::string& project) {
  const auto left =
      CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return SelectLeftBy(connection, home); }));
  // What they still write must not mix with what the next run makes. On another machine there are none.
  Result<> leftovers;
  for (const auto& id : left) {
    auto ended = EndLeftoversOf(id, Jobs::Stop);
    if (!ended) leftovers = std::move(ended);
  }
  const bool taken = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<bool> {
    if (!CAIRN_TRY(RemoveServer(connection, home, beat))) return false;
    for (const auto& id : CAIRN_TRY(SelectLeftBy(connection, home)))
      CAIRN_TRY(MarkKilled(connection, CAIRN_TRY(SelectRun(connection, id)), leftovers));
    CAIRN_TRY(MovePulls(connection, home, home_, project));
    CAIRN_TRY(MoveRuns(connection, home, home_));
    return true;
  }));
  if (!taken) return false;
  for (const auto& id : left) {
    CAIRN_TRY(KeepLineage(
        CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return SelectRun(connection, id); }))));
  }
  return true;
}

Result<> Runner::CheckOurs(sql::Connection& connection, const std::string& run) const {
  if (CAIRN_TRY(SelectHomeOf(connection, run)) == home_) return Done{};
  return Error{Reason::Conflict,
               "another server took this run over, because this one was silent for too long"};
}

bool Runner::IsIdle() {
  const std::lock_guard lock(mutex_);
  return active_.empty();
}

Result<> Runner::GiveUpLost() {
  std::vector<std::shared_ptr<Active>> under_way;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [project, active] : active_) under_way.push_back(active);
  }
  for (const auto& active : under_way) {
    const std::string home = CAIRN_TRY(database_.Read(
        [&](sql::Connection& connection) { return SelectHomeOf(connection, active->record.id); }));
    if (home != home_) active->stop.request_stop();
  }
  return Done{};
}

}  // namespace cairn::pipeline

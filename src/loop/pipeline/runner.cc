#include "loop/pipeline/runner.h"

#include <algorithm>
#include <chrono>

#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/pipeline/active.h"
#include "loop/pipeline/capture.h"
#include "loop/pipeline/cluster/cluster_execution.h"
#include "loop/pipeline/cluster/left_job.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/pipeline/execution/execution.h"
#include "loop/pipeline/open_lineage.h"
#include "loop/pipeline/replay.h"
#include "loop/pipeline/run_events.h"
#include "loop/pipeline/source.h"
#include "loop/pipeline/store/pull_table.h"
#include "loop/pipeline/store/run_table.h"
#include "loop/tracking/provenance.h"

namespace cairn::pipeline {
namespace {

/// Where the caller's own tags for the runs of MLflow's client stand.
constexpr const char* kContextVariable = "MLFLOW_RUN_CONTEXT";

std::vector<StageRecord> StaleOf(const Plan& plan) {
  std::vector<StageRecord> stages;
  for (const auto& planned : plan.stages) {
    if (!planned.Stale()) continue;
    StageRecord stage;
    stage.name = planned.stage->name;
    stage.causes = planned.causes;
    stages.push_back(std::move(stage));
  }
  return stages;
}

/// Runs that triggers set off take turns in all programs that share a store.
Result<> CheckNothingRunsElsewhere(sql::Connection& connection, const std::string& home) {
  const auto other = CAIRN_TRY(SelectRunningElsewhere(connection, home));
  if (!other) return Done{};
  return Error{Reason::Conflict, "run " + *other + " is under way on another server: wait for it"};
}

Result<> CheckNothingRuns(sql::Connection& connection, const std::string& project) {
  const auto other = CAIRN_TRY(SelectRunningOf(connection, project));
  if (!other) return Done{};
  return Error{Reason::Conflict, "run " + *other + " of '" + project +
                                     "' is under way in another program: wait for it, or end it there"};
}

/// There may be thousands of them.
RunRecord WithoutStages(const RunRecord& run) {
  RunRecord head;
  head.id = run.id;
  head.project = run.project;
  head.trigger = run.trigger;
  head.actor = run.actor;
  head.configuration = run.configuration;
  head.data = run.data;
  head.source = run.source;
  return head;
}

/// Absolute, though the folder may not be there yet.
std::string HomeOf(const std::string& data_dir) {
  auto real = os::RealPath(data_dir);
  if (!real) {
    auto here = os::WorkingFolder();
    real = here ? os::JoinPath(*here, data_dir) : data_dir;
  }
  return os::HostName() + ":" + *real;
}

}  // namespace

Runner::Runner(sql::Database& database, const os::Clock& clock, Surroundings surroundings)
    : database_(database),
      clock_(clock),
      surroundings_(std::move(surroundings)),
      home_(HomeOf(surroundings_.data_dir)),
      lineage_(os::JoinPath(surroundings_.data_dir, "lineage")) {}

Runner::~Runner() {
  std::vector<Worker> workers;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (auto& [project, active] : active_) active->stop.request_stop();
    workers.swap(workers_);
  }
  changed_.notify_all();
}

Result<RunRecord> Runner::Start(const Request& request) { return Launch(request, By::Person); }

Result<RunRecord> Runner::Replay(const std::string& id, const std::string& actor) {
  const RunRecord run = CAIRN_TRY(State(id));
  Request request;
  for (const StageRecord& stage : run.stages) {
    if (stage.state == StageState::Finished) request.selection.only.push_back(stage.name);
  }
  if (request.selection.only.empty())
    return Error{Reason::Conflict, "run " + id + " finished no stage that could be run again"};
  request.selection.reach = Selection::Reach::Alone;
  request.selection.force = true;
  request.trigger = {"replay", id, run.trigger.cause};
  request.actor = actor;
  request.source = run.source;
  const std::string folder = os::JoinPath(os::JoinPath(surroundings_.data_dir, "replay"), id);
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [project, active] : active_) {
      if (active->record.trigger.on == "replay" && active->record.trigger.name == id)
        return Error{Reason::Conflict, "run " + id + " is being replayed by run " + active->record.id};
    }
  }
  CAIRN_TRY(os::RemoveTree(folder));
  request.project = CAIRN_TRY(LayOutAgain(run, folder));
  return Launch(request, By::Person);
}

Result<RunRecord> Runner::Launch(const Request& request, By by) {
  // What a run left that died may still write to what is planned with.
  CAIRN_TRY(Recover());
  auto project = CAIRN_TRY(Project::Open(request.project, surroundings_.data_dir));
  const Plan plan = CAIRN_TRY(project->MakePlan(request.selection));
  if (plan.AnyStale()) return Begin(request, by, std::move(project), plan);
  CAIRN_TRY(project->SaveIndex());
  RunRecord nothing;
  nothing.project = project->folder();
  nothing.trigger = request.trigger;
  nothing.actor = request.actor;
  nothing.started = nothing.ended = clock_.Now();
  nothing.metrics = project->Metrics();
  return nothing;
}

Result<RunRecord> Runner::Begin(const Request& request, By by, std::unique_ptr<Project> project,
                                const Plan& plan) {
  if (surroundings_.may_run) CAIRN_TRY(surroundings_.may_run());
  const Governing governing = surroundings_.governing ? CAIRN_TRY(surroundings_.governing()) : Governing{};
  auto active = std::make_shared<Active>();
  RunRecord& record = active->record;
  record.state = RunState::Running;
  record.project = project->folder();
  record.trigger = request.trigger;
  record.actor = request.actor;
  record.configuration = governing.digest;
  record.data = governing.data;
  record.started = clock_.Now();
  record.id = os::NewUuid(record.started);
  record.stages = StaleOf(plan);
  if (project->settings().executor().kind == ExecutorSettings::Kind::Local) {
    active->capacity = CAIRN_TRY(CapacityFor(*project, record.stages));
  } else {
    active->engine = CAIRN_TRY(OpenEngine(project->settings().executor(), project->folder()));
    CAIRN_TRY(active->engine->Reach());
  }
  active->project = std::move(project);
  active->run_cache = request.run_cache;
  CAIRN_TRY(FindLeftJob(request, *active));
  if (record.trigger.cause.empty()) record.trigger.cause = record.id;
  GiveSurroundings(*active, governing);
  for (const auto& [tag, value] : request.context.members()) active->context.Set(tag, value);
  // Which stretch of time the run is about, for stages that work on one.
  for (const auto& [member, variable] :
       {std::pair{"due", "CAIRN_DUE"}, std::pair{"before", "CAIRN_DUE_BEFORE"}}) {
    if (request.detail.Find(member)) active->environment.emplace_back(variable, request.detail.Text(member));
  }
  if (surroundings_.tracking_address)
    active->environment.emplace_back("MLFLOW_TRACKING_URI", CAIRN_TRY(surroundings_.tracking_address()));
  record.source =
      request.source ? *request.source : SourceOf(active->project->folder(), active->project->definition());
  // The files of a replay lie outside of git, which knows nothing of how they differ.
  record.environment =
      CaptureEnvironment(*active->project, request.source ? Source() : record.source, LogsOf(record.id));
  if (active->engine)
    record.environment.Set("executor", ExecutorOf(active->project->settings().executor(),
                                                  active->left ? active->left->Text("run") : record.id));
  CAIRN_TRY(MakeDvcFolder(active->project->root()));

  Sweep();
  const std::lock_guard lock(mutex_);
  if (closing_) return Error{Reason::Unavailable, "the program is ending; nothing new is run"};
  if (const auto found = active_.find(record.project); found != active_.end()) {
    return Error{Reason::Conflict, "run " + found->second->record.id + " of '" + record.project +
                                       "' is under way: wait for it, or cancel it"};
  }
  if (auto claimed = active->project->Claim(); !claimed) {
    // The store may know which run that is.
    CAIRN_TRY(database_.Read(
        [&](sql::Connection& connection) { return CheckNothingRuns(connection, record.project); }));
    return std::move(claimed).error();
  }
  CAIRN_TRY(Journal(request, by, record));
  active_[record.project] = active;
  RunRecord begun = record;
  workers_.push_back({active, std::jthread([this, active] {
                        Execute(*active);
                        active->over = true;
                      })});
  return begun;
}

Result<Resources> Runner::CapacityFor(const Project& project, const std::vector<StageRecord>& stages) const {
  Resources machine = ResourcesHere();
  if (surroundings_.workers != 0) machine.cpu = surroundings_.workers;
  const Resources capacity = project.settings().Within(machine);
  for (const StageRecord& stage : stages) {
    const Resources& needs = project.settings().Of(stage.name).resources;
    const std::string beginning = "stage '" + stage.name + "' asks for ";
    if (needs.gpu > capacity.gpu) {
      return Error{Reason::Exhausted, beginning + std::to_string(needs.gpu) + " gpu, and there are " +
                                          std::to_string(capacity.gpu)};
    }
    if (needs.memory_bytes > capacity.memory_bytes) {
      return Error{Reason::Exhausted, beginning + FormatBytes(needs.memory_bytes) +
                                          " of memory, and there is " + FormatBytes(capacity.memory_bytes)};
    }
  }
  return capacity;
}

void Runner::GiveSurroundings(Active& active, const Governing& governing) const {
  const RunRecord& run = active.record;
  // What the caller's surroundings say of every run stays; who the story belongs to is said here.
  if (const auto given = os::Variable(kContextVariable)) {
    const auto tags = Json::Parse(*given);
    if (tags && tags->IsObject()) active.context = *tags;
  }
  const std::pair<std::string_view, const std::string*> own[] = {{tracking::kCauseTag, &run.trigger.cause},
                                                                 {tracking::kPipelineRunTag, &run.id},
                                                                 {tracking::kActorTag, &run.actor},
                                                                 {tracking::kDataTag, &run.data}};
  for (const auto& [tag, value] : own) {
    if (!value->empty()) active.context.Set(std::string(tag), *value);
  }
  active.environment = {{kRunVariable, run.id}, {"CAIRN_CAUSE", run.trigger.cause}};
  if (!run.trigger.name.empty()) {
    active.environment.emplace_back("CAIRN_TRIGGER", run.trigger.name);
    active.environment.emplace_back("CAIRN_TRIGGER_ON", run.trigger.on);
  }
  if (!governing.project.empty() && !os::Variable("MLFLOW_EXPERIMENT_NAME") &&
      !os::Variable("MLFLOW_EXPERIMENT_ID")) {
    active.environment.emplace_back("MLFLOW_EXPERIMENT_NAME", governing.project);
  }
}

Result<> Runner::Journal(const Request& request, By by, const RunRecord& record) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(CheckNothingRuns(connection, record.project));
    if (by == By::Trigger) CAIRN_TRY(CheckNothingRunsElsewhere(connection, home_));
    if (by == By::Trigger && !CAIRN_TRY(BeginPull(connection, request, home_, record.id)))
      return Error{Reason::Conflict, "what the trigger asked for has begun meanwhile"};
    CAIRN_TRY(InsertRun(connection, record, home_));
    CAIRN_TRY(metadata::Append(connection, record.started, StartedEvent(record)));
    return Done{};
  });
}

std::string Runner::LogsOf(const std::string& run) const {
  const std::string logs = os::JoinPath(os::JoinPath(surroundings_.data_dir, "logs"), run);
  const auto here = os::WorkingFolder();
  return here ? os::JoinPath(*here, logs) : logs;
}

void Runner::Execute(Active& active) {
  Execution::Setting setting;
  std::vector<StageRecord> stages;
  {
    const std::lock_guard lock(mutex_);
    setting.logs = LogsOf(active.record.id);
    setting.run = active.record.id;
    stages = active.record.stages;
  }
  setting.environment = active.environment;
  setting.context = active.context;
  setting.capacity = active.capacity;
  setting.run_cache = active.run_cache;
  setting.grace_ms = surroundings_.grace_ms;
  const auto changed = [&](std::size_t place, const StageRecord& stage) {
    return RecordStage(active, place, stage);
  };
  if (active.engine) {
    ClusterExecution execution(*active.project, clock_, *active.engine, std::move(setting), std::move(stages),
                               changed, active.left);
    return End(active, execution.Run(active.stop.get_token()));
  }
  Execution execution(*active.project, clock_, std::move(setting), std::move(stages), changed);
  End(active, execution.Run(active.stop.get_token()));
}

Result<> Runner::RecordStage(Active& active, std::size_t place, const StageRecord& stage) {
  RunRecord run;
  {
    const std::lock_guard lock(mutex_);
    run = WithoutStages(active.record);
  }
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(CheckOurs(connection, run.id));
    CAIRN_TRY(UpdateStage(connection, run.id, place, stage));
    if (Ran(stage)) CAIRN_TRY(metadata::Append(connection, stage.ended, StageEvent(run, stage)));
    return Done{};
  }));
  const std::lock_guard lock(mutex_);
  active.record.stages[place] = stage;
  active.record.stages[place].revision = ++active.record.revision;
  changed_.notify_all();
  return Done{};
}

void Runner::End(Active& active, const Result<>& outcome) {
  RunRecord record;
  {
    const std::lock_guard lock(mutex_);
    record = active.record;
  }
  const auto any = [&](StageState state) {
    return std::any_of(record.stages.begin(), record.stages.end(),
                       [&](const StageRecord& stage) { return stage.state == state; });
  };
  record.state = any(StageState::Killed)               ? RunState::Killed
                 : any(StageState::Failed) || !outcome ? RunState::Failed
                                                       : RunState::Finished;
  if (!outcome) {
    record.state = RunState::Failed;
    record.problem = outcome.error().message;
  }
  record.ended = clock_.Now();
  record.metrics = active.project->Metrics();
  if (auto finished = active.project->Finish(); !finished) {
    record.state = RunState::Failed;
    record.problem = finished.error().message;
  }
  if (auto saved = active.project->SaveIndex(); !saved && record.problem.empty())
    record.problem = saved.error().message;
  bool again = false;
  {
    // One that this program's end cut short is begun again by the next, if a trigger asked for it.
    const std::lock_guard lock(mutex_);
    again = closing_ && !active.cancelled && record.state == RunState::Killed;
  }
  if (const auto kept = KeepEnd(record, again); !kept) {
    record.state = RunState::Failed;
    record.problem = kept.error().message;
  }
  if (const auto kept = KeepLineage(record); !kept && record.problem.empty())
    record.problem = kept.error().message;
  ++record.revision;
  {
    const std::lock_guard lock(mutex_);
    active.record = record;
    active_.erase(record.project);
    changed_.notify_all();
  }
  // What cannot be told or begun now is so by the next TakeUp.
  static_cast<void>(bool(TellEnds(Turn::Awaited)));
  static_cast<void>(bool(DeliverLineage(Turn::Awaited)));
  static_cast<void>(bool(StartWaiting(record.project)));
}

Result<> Runner::KeepEnd(const RunRecord& record, bool again) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(CheckOurs(connection, record.id));
    CAIRN_TRY(UpdateRun(connection, record));
    CAIRN_TRY(metadata::Append(connection, record.ended, EndedEvent(record)));
    return again ? Release(connection, record.id) : Result<>();
  });
}

Result<> Runner::KeepLineage(const RunRecord& run) {
  // A project that is gone, or cannot be read any more, says nothing of where its lineage goes.
  const auto settings = ReadPipelineSettings(run.project);
  if (!settings || !settings->lineage().IsSet()) return Done{};
  return lineage_.Keep(run.project, run.id, settings->lineage(),
                       LineageEvents(run, settings->lineage().job_namespace));
}

Result<> Runner::DeliverLineage(Turn turn) {
  std::unique_lock delivering(delivering_, std::defer_lock);
  if (turn == Turn::Awaited) delivering.lock();
  if (turn == Turn::IfFree && !delivering.try_lock()) return Done{};
  return lineage_.Deliver();
}

void Runner::Sweep() {
  const std::lock_guard lock(mutex_);
  std::erase_if(workers_, [](const Worker& worker) { return worker.active->over.load(); });
}

Result<RunRecord> Runner::State(const std::string& id) { return Follow(id, -1, 0); }

Result<RunRecord> Runner::Follow(const std::string& id, std::int64_t after, std::int64_t timeout_ms) {
  {
    std::unique_lock lock(mutex_);
    const auto found = std::find_if(active_.begin(), active_.end(),
                                    [&](const auto& one) { return one.second->record.id == id; });
    if (found != active_.end()) {
      const std::shared_ptr<Active> active = found->second;
      changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] {
        return closing_ || active->record.revision > after || active->record.state != RunState::Running;
      });
      return active->record;
    }
  }
  CAIRN_TRY(Recover());
  return database_.Read([&](sql::Connection& connection) { return SelectRun(connection, id); });
}

Result<std::vector<RunRecord>> Runner::List(const std::string& before, std::int64_t limit) {
  CAIRN_TRY(Recover());
  return database_.Read([&](sql::Connection& connection) { return SelectRuns(connection, before, limit); });
}

Result<> Runner::Cancel(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [project, active] : active_) {
      if (active->record.id != id) continue;
      active->cancelled = true;
      active->stop.request_stop();
      return Done{};
    }
  }
  const RunRecord run = CAIRN_TRY(State(id));
  return Error{Reason::Conflict, "pipeline run '" + id + "' is " + NameOf(run.state) + " already"};
}

}  // namespace cairn::pipeline

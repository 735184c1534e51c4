#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/lock.h"
#include "loop/repository/collection.h"
#include "loop/repository/objects.h"
#include "loop/sweep/events.h"
#include "loop/sweep/share.h"
#include "loop/sweep/store/sweep_table.h"
#include "loop/sweep/sweeps.h"
#include "loop/sweep/tracked.h"

namespace cairn::sweep {
namespace {

/// A trial that takes the program with it each time must not be begun for ever.
constexpr std::int64_t kMostBeginnings = 3;
constexpr std::int64_t kFollowMs = 1'000;

/// `path`, which dvc.lock has relative to the stage's folder, from the project.
std::string FromProject(const std::string& wdir, const std::string& path) {
  std::vector<std::string> parts;
  const std::string whole = wdir + "/" + path;
  for (const std::string_view part : Split(whole, '/')) {
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (part != "." && !part.empty()) {
      parts.emplace_back(part);
    }
  }
  return Join(parts, "/");
}

/// What the stages of a project have made, as its dvc.lock says.
Result<std::vector<pipeline::LockedPath>> OutsIn(const std::string& project) {
  const auto definition = CAIRN_TRY(pipeline::ReadDefinition(project));
  std::vector<pipeline::LockedPath> outs;
  const auto lock = CAIRN_TRY(pipeline::ReadLock(project));
  for (const auto& locked : lock.stages) {
    const pipeline::Stage* stage = definition.Find(locked.name);
    if (!stage) continue;
    for (pipeline::LockedPath out : locked.outs) {
      out.path = FromProject(stage->wdir, out.path);
      outs.push_back(std::move(out));
    }
  }
  return outs;
}

}  // namespace

/// Sees to it that so many take trials from the queue.
void Sweeps::Hire(unsigned jobs) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  if (closing_) return;
  for (; working_ < jobs; ++working_) workers_.emplace_back([this] { Work(); });
}

void Sweeps::Work() {
  for (;;) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      seen = calls_;
    }
    auto next = Claim();
    if (next && *next) {
      Perform(**std::move(next));
      continue;
    }
    const std::lock_guard lock(mutex_);
    // Whoever called meanwhile counts on those that work.
    if (!closing_ && next && calls_ != seen) continue;
    --working_;
    changed_.notify_all();
    return;
  }
}

/// Whether the sweep's time is over; then what waits is skipped.
Result<bool> Sweeps::Spent(sql::Connection& connection, const Sweep& sweep, TimeMs now) {
  if (sweep.order.budget_ms == 0 || sweep.started == 0 || now - sweep.started < sweep.order.budget_ms)
    return false;
  CAIRN_TRY(UpdateWaiting(connection, sweep.id, TrialState::Skipped, "the time of the sweep was over", now));
  return true;
}

Result<std::optional<Trial>> Sweeps::Claim() {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return std::optional<Trial>();
  }
  std::vector<Sweep> over;
  auto claimed = database_.Transact([&](sql::Connection& connection) -> Result<std::optional<Trial>> {
    over.clear();
    for (;;) {
      auto next = CAIRN_TRY(SelectNext(connection, runner_.home()));
      if (!next) return next;
      const Sweep sweep = CAIRN_TRY(SelectSweep(connection, next->sweep));
      const TimeMs now = clock_.Now();
      if (CAIRN_TRY(Spent(connection, sweep, now))) {
        if (CAIRN_TRY(CountOpen(connection, sweep.id)) == 0) over.push_back(sweep);
        continue;
      }
      CAIRN_TRY(SetStarted(connection, sweep.id, now));
      next->state = TrialState::Running;
      next->problem.clear();
      next->started = now;
      ++next->beginnings;
      CAIRN_TRY(UpdateTrial(connection, *next));
      return next;
    }
  });
  for (const Sweep& sweep : over) CAIRN_TRY(LogSweep(tracking_, sweep, false, clock_.Now()));
  return claimed;
}

void Sweeps::Perform(Trial trial) {
  const std::string id = trial.Id();
  {
    const std::lock_guard lock(mutex_);
    active_[id] = {"", closing_ ? Doing::PutBack : Doing::Go};
  }
  auto sweep =
      database_.Read([&](sql::Connection& connection) { return SelectSweep(connection, trial.sweep); });
  Result<> outcome = sweep ? Carry(trial, *sweep) : Result<>(sweep.error());
  if (!outcome) {
    trial.state = DoingOf(id) == Doing::PutBack ? TrialState::Queued : TrialState::Failed;
    trial.problem = outcome.error().message;
    trial.ended = clock_.Now();
  }
  // What cannot be kept stands as running, and waits again for the next program.
  if (sweep) static_cast<void>(bool(Keep(trial, *sweep)));
  const std::lock_guard lock(mutex_);
  active_.erase(id);
  if (trial.state != TrialState::Queued) ended_.push_back(id);
  changed_.notify_all();
}

Sweeps::Doing Sweeps::DoingOf(const std::string& trial) {
  const std::lock_guard lock(mutex_);
  const auto found = active_.find(trial);
  return found == active_.end() ? Doing::Go : found->second.doing;
}

Result<> Sweeps::Carry(Trial& trial, const Sweep& sweep) {
  if (trial.beginnings > kMostBeginnings)
    return Error{Reason::Conflict,
                 "its program ended " + std::to_string(kMostBeginnings) + " times while it ran"};
  trial.tracked = CAIRN_TRY(TrackTrial(tracking_, sweep, trial, trial.started));
  const Base base = CAIRN_TRY(OpenBase(BaseOf(sweep.id)));
  const std::string project = CAIRN_TRY(LayOut(base, trial.settings, os::JoinPath(FolderOf(trial), "tree")));
  const auto run = CAIRN_TRY(RunOf(trial, sweep, project));
  trial.ended = clock_.Now();
  Judge(trial, run);
  if (trial.state == TrialState::Queued) return Done{};
  return Collect(trial, base, run);
}

/// The run of the pipeline in the trial's copy, once it has ended.
Result<pipeline::RunRecord> Sweeps::RunOf(Trial& trial, const Sweep& sweep, const std::string& project) {
  pipeline::Request request;
  request.project = project;
  request.selection.only = sweep.order.stages;
  if (const Setting* share = FindShare(trial.settings)) {
    // Who makes the file would make it whole again.
    const auto definition = CAIRN_TRY(pipeline::ReadDefinition(project));
    request.selection.only = CAIRN_TRY(StagesBehind(definition, share->file));
    request.selection.reach = pipeline::Selection::Reach::Alone;
  }
  request.trigger = {"experiment", "", trial.Id()};
  request.actor = sweep.order.actor;
  request.source = sweep.source;
  request.context = Json{{std::string(kParentTag), trial.tracked}, {std::string(kTrialTag), trial.Id()}};
  auto run = CAIRN_TRY(runner_.Start(request));
  if (run.id.empty()) return run;
  trial.run = run.id;
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) { return UpdateTrial(connection, trial); }));
  bool cancel = false;
  {
    const std::lock_guard lock(mutex_);
    Active& active = active_[trial.Id()];
    active.run = run.id;
    cancel = active.doing != Doing::Go;
  }
  if (cancel) static_cast<void>(bool(runner_.Cancel(run.id)));
  while (run.state == pipeline::RunState::Running)
    run = CAIRN_TRY(runner_.Follow(run.id, run.revision, kFollowMs));
  return run;
}

void Sweeps::Judge(Trial& trial, const pipeline::RunRecord& run) {
  trial.problem = run.problem;
  switch (run.state) {
    case pipeline::RunState::Finished:
      trial.state = TrialState::Finished;
      return;
    case pipeline::RunState::Killed:
      trial.state = DoingOf(trial.Id()) == Doing::PutBack ? TrialState::Queued : TrialState::Stopped;
      if (trial.state == TrialState::Queued) --trial.beginnings;
      if (trial.problem.empty()) trial.problem = "it was stopped";
      return;
    case pipeline::RunState::Running:
    case pipeline::RunState::Failed:
    case pipeline::RunState::Refused:
      trial.state = TrialState::Failed;
      break;
  }
  for (const auto& stage : run.stages) {
    if (stage.state == pipeline::StageState::Failed && trial.problem.empty())
      trial.problem = "stage '" + stage.name + "': " + stage.reason;
  }
}

/// Reads what the trial came to off its copy, and keeps what lies nowhere else.
Result<> Sweeps::Collect(Trial& trial, const Base& base, const pipeline::RunRecord& run) {
  const std::string folder = FolderOf(trial), tree = os::JoinPath(folder, "tree");
  const std::string project = base.below.empty() ? tree : os::JoinPath(tree, base.below);
  trial.params = CAIRN_TRY(ParamsIn(project));
  if (const Setting* share = FindShare(trial.settings)) {
    const std::string text = CAIRN_TRY(ReadSettable(project, *share));
    trial.params.Set(RowsName(share->file), CAIRN_TRY(SampleRows(text, share->file, {})).count);
  }
  trial.metrics = FiguresOf(run.metrics);
  trial.outs = CAIRN_TRY(OutsIn(project));
  const repository::Objects objects(base.cache);
  std::vector<std::string> made;
  for (const auto& out : trial.outs) {
    if (objects.Has(out.md5)) made.push_back(out.md5);
  }
  CAIRN_TRY(repository::Keep(base.cache, KeeperOf(trial.sweep), made));
  const std::string kept = os::JoinPath(folder, "kept");
  CAIRN_TRY(os::RemoveTree(kept));
  trial.kept = CAIRN_TRY(sweep::Keep(base, tree, kept));
  return Done{};
}

Result<> Sweeps::Keep(Trial& trial, const Sweep& sweep) {
  if (!trial.tracked.empty() && trial.state != TrialState::Queued) {
    // A name that no tracked run can have must not keep the trial from its end.
    const auto logged = LogTrial(tracking_, trial);
    if (!logged) {
      trial.problem += (trial.problem.empty() ? "" : "; ");
      trial.problem += "its tracked run lacks what it measured: " + logged.error().message;
    }
  }
  const auto goal =
      sweep.order.until.empty() ? std::optional<Goal>() : CAIRN_TRY(ParseGoal(sweep.order.until));
  const bool reached = goal && trial.state == TrialState::Finished && goal->ReachedBy(trial.metrics);
  const auto open = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<std::int64_t> {
    CAIRN_TRY(UpdateTrial(connection, trial));
    if (trial.state != TrialState::Queued)
      CAIRN_TRY(metadata::Append(connection, trial.ended, EndedEvent(sweep, trial)));
    if (reached)
      CAIRN_TRY(UpdateWaiting(connection, sweep.id, TrialState::Skipped,
                              "trial " + trial.Id() + " reached " + sweep.order.until, trial.ended));
    return CountOpen(connection, sweep.id);
  }));
  if (open == 0) CAIRN_TRY(LogSweep(tracking_, sweep, false, clock_.Now()));
  if (trial.state != TrialState::Finished) return Done{};
  // Its copy served; what it changed is kept.
  CAIRN_TRY(os::RemoveTree(os::JoinPath(FolderOf(trial), "tree")));
  return os::RemoveTree(os::JoinPath(FolderOf(trial), "ready"));
}

}  // namespace cairn::sweep

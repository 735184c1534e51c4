#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ledger/metadata/event.h"
#include "loop/pipeline/active.h"
#include "loop/pipeline/run_events.h"
#include "loop/pipeline/runner.h"
#include "loop/pipeline/store/pull_table.h"
#include "loop/pipeline/store/run_table.h"

namespace cairn::pipeline {
namespace {

/// A run that takes the program with it each time must not be begun for ever.
constexpr std::int64_t kMostBeginnings = 3;

}  // namespace

Result<Runner::Answer> Runner::Pull(const Request& asked) {
  CAIRN_TRY(Recover());
  Request request = asked;
  if (const auto folder = os::RealPath(asked.project)) request.project = *folder;
  if (request.trigger.cause.empty()) request.trigger.cause = os::NewUuid(clock_.Now());
  const auto before =
      CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<std::optional<StoredPull>> {
        auto known = CAIRN_TRY(FindPull(connection, request.trigger));
        CAIRN_TRY(Keep(connection, request));
        return known;
      }));
  if (before && (before->state == PullState::Begun || before->state == PullState::Merged))
    return Answer{Outcome::Repeated, CAIRN_TRY(State(before->run))};
  if (before && (before->state == PullState::Over || before->state == PullState::Skipped))
    return Answer{Outcome::Repeated, RunRecord()};
  return Attempt(request);
}

Result<bool> Runner::Keep(sql::Connection& connection, const Request& request) {
  const TimeMs now = clock_.Now();
  const auto before = CAIRN_TRY(PutPull(connection, request, home_, now));
  if (before && before->state != PullState::Refused) return false;
  CAIRN_TRY(metadata::Append(connection, now, FiredEvent(request)));
  return true;
}

Result<> Runner::BeginWaiting(const std::string& project) {
  CAIRN_TRY(Recover());
  CAIRN_TRY(StartWaiting(project));
  // What waits now found a run under way.
  for (const auto& request : CAIRN_TRY(database_.Read(
           [&](sql::Connection& connection) { return WaitingUnqueued(connection, home_, project); })))
    CAIRN_TRY(Wait(request));
  return Done{};
}

Result<Runner::Answer> Runner::Attempt(const Request& request) {
  auto run = Launch(request, By::Trigger);
  if (!run && run.error().reason == Reason::Conflict && !CAIRN_TRY(IsBusy(request.project)))
    run = Launch(request, By::Trigger);  // What it would have waited for has ended in between.
  // Otherwise another program runs stages of the project, which no store tells of: TakeUp looks again.
  if (!run && run.error().reason == Reason::Conflict) return Wait(request);
  if (!run) return Refuse(request, run.error());
  if (!run->id.empty()) return Answer{Outcome::Started, *std::move(run)};
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) {
    return ClosePull(connection, request.trigger, PullState::Over, "");
  }));
  return Answer{Outcome::NothingStale, *std::move(run)};
}

Result<Runner::Answer> Runner::Wait(const Request& request) {
  // The run before it may have ended and begun it, before this could be looked at.
  const auto pull = CAIRN_TRY(
      database_.Read([&](sql::Connection& connection) { return FindPull(connection, request.trigger); }));
  if (pull && pull->state == PullState::Begun) return Answer{Outcome::Started, CAIRN_TRY(State(pull->run))};
  RunRecord waiting;
  waiting.project = request.project;
  waiting.trigger = request.trigger;
  if (request.concurrency == Concurrency::Skip) {
    CAIRN_TRY(database_.Transact([&](sql::Connection& connection) {
      return ClosePull(connection, request.trigger, PullState::Skipped, "");
    }));
    return Answer{Outcome::Skipped, std::move(waiting)};
  }
  if (request.concurrency == Concurrency::Replace) Replace(request);
  const bool another = CAIRN_TRY(
      database_.Read([&](sql::Connection& connection) { return AnotherWaits(connection, request, home_); }));
  return Answer{another ? Outcome::Coalesced : Outcome::Queued, std::move(waiting)};
}

void Runner::Replace(const Request& request) {
  const std::lock_guard lock(mutex_);
  const auto found = active_.find(request.project);
  if (found == active_.end()) return;
  Active& active = *found->second;
  const Trigger& trigger = active.record.trigger;
  if (trigger.name != request.trigger.name || trigger.on != request.trigger.on) return;
  if (trigger.cause == request.trigger.cause) return;  // It has begun meanwhile.
  active.cancelled = true;
  active.record.problem = "its trigger fired again, and replaces it by a run for " + request.trigger.cause;
  active.stop.request_stop();
}

Result<bool> Runner::IsBusy(const std::string& project) {
  {
    const std::lock_guard lock(mutex_);
    if (active_.contains(project)) return true;
  }
  return database_.Read([&](sql::Connection& connection) -> Result<bool> {
    return CAIRN_TRY(SelectRunningOf(connection, project)).has_value() ||
           CAIRN_TRY(SelectRunningElsewhere(connection, home_)).has_value();
  });
}

Result<Runner::Answer> Runner::Refuse(const Request& request, const Error& error) {
  {
    // A program that ends refuses nothing: the next one begins it.
    const std::lock_guard lock(mutex_);
    if (closing_) return error;
  }
  auto kept = database_.Transact([&](sql::Connection& connection) -> Result<RunRecord> {
    auto record = CAIRN_TRY(InsertRefusal(connection, request, error));
    CAIRN_TRY(ClosePull(connection, request.trigger, PullState::Refused, record.id));
    return record;
  });
  if (kept) return Answer{Outcome::Refused, *std::move(kept)};
  return Error{error.reason,
               error.message + " (And it could not be put on record: " + kept.error().message + ")"};
}

Result<RunRecord> Runner::InsertRefusal(sql::Connection& connection, const Request& request,
                                        const Error& error) {
  RunRecord record;
  record.state = RunState::Refused;
  record.project = request.project;
  record.trigger = request.trigger;
  record.actor = request.actor;
  record.started = record.ended = clock_.Now();
  record.id = os::NewUuid(record.started);
  record.problem = error.message;
  CAIRN_TRY(InsertRun(connection, record, home_));
  CAIRN_TRY(metadata::Append(connection, record.started, RefusedEvent(record, error.reason)));
  return record;
}

Result<> Runner::Release(sql::Connection& connection, const std::string& run) {
  for (const auto& request : CAIRN_TRY(ReleasePulls(connection, run, kMostBeginnings))) {
    CAIRN_TRY(InsertRefusal(
        connection, request,
        {Reason::Unavailable, "its run died with the program " + std::to_string(kMostBeginnings) +
                                  " times and is not begun again by itself; `cairn run` "
                                  "does the rest"}));
  }
  return Done{};
}

Result<> Runner::StartWaiting(const std::string& project) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (closing_ || active_.contains(project)) return Done{};
    }
    if (CAIRN_TRY(IsBusy(project))) return Done{};
    const auto next = CAIRN_TRY(
        database_.Read([&](sql::Connection& connection) { return NextWaiting(connection, home_, project); }));
    if (!next) return Done{};
    const auto answer = CAIRN_TRY(Attempt(*next));
    // What was refused is on record, and what was up to date is done: the next one may have its turn.
    if (answer.outcome != Outcome::Refused && answer.outcome != Outcome::NothingStale) return Done{};
  }
}

Result<> Runner::TakeUp() {
  CAIRN_TRY(Recover());
  CAIRN_TRY(TellEnds(Turn::IfFree));
  // A lineage server that is away must not keep what waits from beginning.
  const auto delivered = DeliverLineage(Turn::IfFree);
  for (const auto& project : CAIRN_TRY(
           database_.Read([&](sql::Connection& connection) { return WaitingProjects(connection, home_); })))
    CAIRN_TRY(BeginWaiting(project));
  return delivered;
}

Result<> Runner::TellEnds(Turn turn) {
  if (!surroundings_.on_end) return Done{};
  std::unique_lock telling(telling_, std::defer_lock);
  if (turn == Turn::Awaited) telling.lock();
  // Whoever is telling may take long, and looks again when done.
  if (turn == Turn::IfFree && !telling.try_lock()) return Done{};
  for (;;) {
    const auto untold = CAIRN_TRY(
        database_.Read([&](sql::Connection& connection) { return SelectUntold(connection, home_); }));
    if (untold.empty()) return Done{};
    for (const auto& id : untold) {
      const auto run = CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<RunRecord> {
        auto ended = CAIRN_TRY(SelectRun(connection, id));
        ended.after = CAIRN_TRY(SelectKilledBefore(connection, ended));
        return ended;
      }));
      CAIRN_TRY(surroundings_.on_end(run));
      CAIRN_TRY(database_.Transact([&](sql::Connection& connection) { return MarkTold(connection, id); }));
    }
  }
}

}  // namespace cairn::pipeline

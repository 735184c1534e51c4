#include "loop/pipeline/scheduler.h"

#include <algorithm>
#include <chrono>

#include "ground/vocabulary/time.h"

namespace cairn::pipeline {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kLongestMs = 1'000;
/// How often data and code are looked at: not more often, and for no more than a fiftieth of the time.
constexpr std::int64_t kLookMs = 50, kSharedLookMs = 250, kIdleShare = 50;
/// A moment this long ago was missed.
constexpr std::int64_t kLateSeconds = 5;
/// So many moments of a schedule that catches up fire in one transaction.
constexpr std::size_t kAtOnce = 100;

}  // namespace

Scheduler::Scheduler(sql::Database& database, const os::Clock& clock, Runner& runner, Around around)
    : database_(database),
      clock_(clock),
      runner_(runner),
      around_(std::move(around)),
      watch_(around_.project, around_.data_dir, around_.newest) {}

Result<std::shared_ptr<const Scheduler::Rules>> Scheduler::Current() {
  const Configured accepted = CAIRN_TRY(around_.accepted());
  {
    const std::lock_guard lock(mutex_);
    if (rules_ && digest_ == accepted.digest) return rules_;
  }
  auto rules = std::make_shared<const Rules>(
      accepted.text.empty()
          ? Rules()
          : CAIRN_TRY(ParseTriggers(CAIRN_TRY(ParseYaml(accepted.text, "the accepted cairn.yaml")))));
  const std::lock_guard lock(mutex_);
  digest_ = accepted.digest;
  rules_ = rules;
  return rules_;
}

Result<> Scheduler::Refresh(std::int64_t now_ns) {
  const auto writes = database_.WriteCount();
  {
    const std::lock_guard lock(mutex_);
    advances_ = true;
    const bool same = writes ? writes == writes_ : now_ns < refresh_ns_;
    if (rules_ && same && !poked_) return Done{};
    poked_ = false;
  }
  const auto rules = CAIRN_TRY(Current());
  states_.clear();
  for (auto& state :
       CAIRN_TRY(database_.Read([](sql::Connection& connection) { return SelectTriggers(connection); })))
    states_[state.name] = state;
  writes_ = writes;
  refresh_ns_ = now_ns + kSharedLookMs * kNsPerMs;
  return Done{};
}

Result<std::int64_t> Scheduler::Advance() {
  const std::int64_t now_ns = os::SteadyNs();
  CAIRN_TRY(Refresh(now_ns));
  std::shared_ptr<const Rules> rules;
  {
    const std::lock_guard lock(mutex_);
    rules = rules_;
  }
  std::int64_t wait = kLongestMs;
  Result<> outcome = Done{};
  std::map<std::string, std::string> problems;
  for (const TriggerRule& rule : *rules) {
    const auto next = LookAt(rule, now_ns);
    if (next) {
      wait = std::min(wait, std::max<std::int64_t>(*next, 0));
      continue;
    }
    problems[rule.name] = next.error().message;
    outcome = Error{next.error().reason, "trigger '" + rule.name + "': " + next.error().message};
  }
  std::map<std::string, TimeMs> looked;
  for (const auto& [name, pending] : pending_) {
    if (pending.looked) looked[name] = *pending.looked;
  }
  {
    const std::lock_guard lock(mutex_);
    problems_ = std::move(problems);
    looked_ = std::move(looked);
  }
  if (!outcome) return outcome.error();
  return wait;
}

void Scheduler::Wait(std::stop_token stop, std::int64_t ms) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, std::chrono::milliseconds(ms), [this] { return poked_; });
}

Result<std::int64_t> Scheduler::LookAt(const TriggerRule& rule, std::int64_t now_ns) {
  const auto found = states_.find(rule.name);
  const TriggerState* state = found == states_.end() ? nullptr : &found->second;
  if (state && state->paused) {
    pending_.erase(rule.name);
    watch_.Forget(rule.name);
    return kLongestMs;
  }
  if (state && state->subject != rule.Subject()) state = nullptr;
  if (!rule.dataset.empty() || !rule.path.empty() || !rule.ref.empty() || rule.remote.IsSet())
    return AtSight(rule, state, now_ns);
  if (!rule.schedule) return kLongestMs;
  if (state) return AtCalendar(rule, *state);
  CAIRN_TRY(BeginAnew(rule, FormatUtc(clock_.Now())));
  return 0;
}

Result<std::int64_t> Scheduler::AtCalendar(const TriggerRule& rule, const TriggerState& state) {
  const calendar::Schedule& schedule = *rule.schedule;
  const std::int64_t from = CAIRN_TRY(ParseTime(state.seen)) / 1000, now_ms = clock_.Now();
  const std::int64_t now = now_ms / 1000;
  const auto first = schedule.Next(from);
  if (!first) return kLongestMs;
  if (*first > now) return *first * 1000 - now_ms;
  std::vector<Request> requests;
  std::int64_t seen = *first;
  if (rule.catch_up == CatchUp::All) {
    for (auto due = first; due && *due <= now && requests.size() < kAtOnce; due = schedule.Next(*due)) {
      requests.push_back(rule.AsksAt(around_.project, *due));
      requests.back().apart = *due < now - kLateSeconds;
      seen = *due;
    }
  } else {
    seen = schedule.Last(now).value_or(*first);
    if (rule.catch_up == CatchUp::Last || seen >= now - kLateSeconds)
      requests.push_back(rule.AsksAt(around_.project, seen));
  }
  CAIRN_TRY(Move(state, FormatUtc(seen * 1000), requests));
  return 0;
}

Result<std::optional<Sight>> Scheduler::SightOf(const TriggerRule& rule, const TriggerState* state,
                                                Pending& pending, std::int64_t now_ns) {
  const auto writes = database_.WriteCount();
  const std::int64_t least = writes || rule.dataset.empty() ? kLookMs : kSharedLookMs;
  if (state && !rule.dataset.empty() && writes && writes == pending.writes && !pending.problem) {
    pending.next_ns = now_ns + least * kNsPerMs;
    return std::optional<Sight>();
  }
  auto sight = watch_.Look(rule, state ? state->seen : "");
  pending.writes = writes;
  const std::int64_t cost_ns = os::SteadyNs() - now_ns;
  pending.next_ns = now_ns + std::max(least * kNsPerMs, cost_ns * kIdleShare);
  // One that is being written, or that takes its time, is looked at again.
  if (!sight && sight.error().reason == Reason::Conflict) return std::optional<Sight>();
  if (rule.every_ms > 0) pending.next_ns = now_ns + rule.every_ms * kNsPerMs;
  pending.problem.reset();
  if (!sight) pending.problem = sight.error();
  if (!sight) return sight.error();
  pending.looked = clock_.Now();
  return std::optional(*std::move(sight));
}

/// What is far away is looked at soon for whether it stands still; more and more seldom while it does not.
void Scheduler::NoteNew(const TriggerRule& rule, const std::string& seen, Pending& pending,
                        std::int64_t now_ns) {
  if (pending.seen == seen) return;
  pending.again_ms = std::min(rule.every_ms, pending.seen.empty() ? rule.settle_ms : 2 * pending.again_ms);
  pending.seen = seen;
  pending.since_ns = now_ns;
  if (rule.every_ms > 0) pending.next_ns = now_ns + std::max(pending.again_ms, rule.settle_ms) * kNsPerMs;
}

Result<std::int64_t> Scheduler::AtSight(const TriggerRule& rule, const TriggerState* state,
                                        std::int64_t now_ns) {
  Pending& pending = pending_[rule.name];
  const std::string of = rule.Subject() + " " + std::to_string(rule.every_ms);
  if (pending.of != of) {
    pending = Pending();
    pending.of = of;
  }
  // Until it has looked again, the last trouble is the trouble.
  const auto until = [&](std::int64_t at_ns) -> Result<std::int64_t> {
    if (pending.problem) return *pending.problem;
    return (at_ns - now_ns) / kNsPerMs + 1;
  };
  if ((state || pending.problem) && now_ns < pending.next_ns) return until(pending.next_ns);
  const auto sight = CAIRN_TRY(SightOf(rule, state, pending, os::SteadyNs()));
  if (sight && !state) CAIRN_TRY(BeginAnew(rule, sight->seen));
  if (!sight || !state) return until(pending.next_ns);
  if (sight->seen == state->seen) {
    pending.seen.clear();
    return until(pending.next_ns);
  }
  NoteNew(rule, sight->seen, pending, now_ns);
  const std::int64_t still_ns = pending.since_ns + rule.settle_ms * kNsPerMs;
  if (sight->counts && now_ns < still_ns) return until(std::max(pending.next_ns, still_ns));
  std::vector<Request> requests;
  if (sight->counts) {
    const std::string what = rule.dataset.empty()
                                 ? std::to_string(state->changes + 1) + "-" + sight->seen.substr(0, 12)
                                 : rule.dataset + "@" + sight->seen;
    requests.push_back(rule.Asks(around_.project, rule.name + "@" + what));
    requests.back().detail = sight->detail;
  }
  CAIRN_TRY(Move(*state, sight->seen, requests));
  pending.seen.clear();
  return 0;
}

Result<> Scheduler::BeginAnew(const TriggerRule& rule, std::string seen) {
  auto begun = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<TriggerState> {
    auto state =
        CAIRN_TRY(FindTrigger(connection, rule.name)).value_or(TriggerState{rule.name, "", "", 0, false});
    if (state.subject == rule.Subject()) return state;  // Another program was faster.
    state.subject = rule.Subject();
    state.seen = seen;
    CAIRN_TRY(PutTrigger(connection, state));
    return state;
  }));
  states_[rule.name] = std::move(begun);
  return Done{};
}

Result<bool> Scheduler::Move(const TriggerState& from, std::string seen,
                             const std::vector<Request>& requests) {
  const auto moved =
      CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<std::optional<TriggerState>> {
        auto state = CAIRN_TRY(FindTrigger(connection, from.name));
        if (!state || state->paused || state->subject != from.subject || state->seen != from.seen)
          return std::optional<TriggerState>();
        state->seen = seen;
        if (!requests.empty()) ++state->changes;
        CAIRN_TRY(PutTrigger(connection, *state));
        for (const Request& request : requests) CAIRN_TRY(runner_.Keep(connection, request));
        return state;
      }));
  if (moved) {
    states_[from.name] = *moved;
    if (!requests.empty()) CAIRN_TRY(runner_.BeginWaiting(around_.project));
  } else {
    const std::lock_guard lock(mutex_);
    poked_ = true;  // What this program remembers is not so any more.
  }
  return moved.has_value();
}

}  // namespace cairn::pipeline

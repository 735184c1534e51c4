// What people and programs ask of the scheduler; scheduler.cc is what it does by itself.
#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/identity.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/pipeline/execution/attempt.h"
#include "loop/pipeline/scheduler.h"
#include "loop/pipeline/store/pull_table.h"

namespace cairn::pipeline {

namespace {

constexpr std::int64_t kMessageSeconds = 300;
constexpr std::size_t kMostMoments = 10'000;

Firing FiringOf(const StoredPull& pull) {
  return {pull.request.trigger, NameOf(pull.state), pull.run,
          pull.request.actor,   pull.asked,         pull.request.detail};
}

/// A date alone means its midnight on the clocks of the zone.
Result<std::int64_t> MomentIn(const calendar::Zone& zone, const std::string& text) {
  const std::int64_t moment = CAIRN_TRY(ParseTime(text)) / 1000;
  return text.size() == 10 ? zone.MomentOf(moment) : moment;
}

Error Unproven(const std::string& name, const std::string& what) {
  return Error{Reason::Unauthenticated, "the message for '" + name + "' is not taken: " + what};
}

}  // namespace

Result<TriggerRule> Scheduler::Named(const std::string& name) {
  const auto rules = CAIRN_TRY(Current());
  std::vector<std::string_view> names;
  for (const auto& rule : *rules) {
    if (rule.name == name) return rule;
    names.push_back(rule.name);
  }
  return Error{Reason::NotFound, "the accepted configuration has no trigger '" + name + "'." +
                                     Suggestion(name, names) + " `cairn trigger list` shows them all"};
}

Result<> Scheduler::BeginIfRunning() {
  {
    const std::lock_guard lock(mutex_);
    poked_ = true;
    if (!advances_) return Done{};
  }
  changed_.notify_all();
  return runner_.BeginWaiting(around_.project);
}

Result<std::vector<Runner::Answer>> Scheduler::OnAlert(const std::string& monitor, const std::string& alert) {
  std::vector<Runner::Answer> answers;
  const auto rules = CAIRN_TRY(Current());
  for (const auto& request : PulledBy(*rules, monitor, alert, around_.project)) {
    const auto state = CAIRN_TRY(database_.Read(
        [&](sql::Connection& connection) { return FindTrigger(connection, request.trigger.name); }));
    if (state && state->paused) continue;
    answers.push_back(CAIRN_TRY(runner_.Pull(request)));
  }
  return answers;
}

Result<Firing> Scheduler::KeepOne(const Request& request, const char* again) {
  const bool kept = CAIRN_TRY(
      database_.Transact([&](sql::Connection& connection) { return runner_.Keep(connection, request); }));
  if (!kept) return Error{Reason::AlreadyExists, again};
  CAIRN_TRY(BeginIfRunning());
  const auto pull = CAIRN_TRY(
      database_.Read([&](sql::Connection& connection) { return FindPull(connection, request.trigger); }));
  if (!pull) return Error{Reason::Internal, "the firing " + request.trigger.cause + " is gone"};
  return FiringOf(*pull);
}

Result<Firing> Scheduler::OnMessage(const std::string& name, const std::string& timestamp,
                                    const std::string& signature, std::string_view body) {
  const auto rule = Named(name);
  if (!rule || rule->secret.empty()) return Unproven(name, "no trigger of that name takes messages");
  const auto at = ParseInt(timestamp);
  const std::int64_t now = clock_.Now() / 1000;
  if (!at || *at < now - kMessageSeconds || *at > now + kMessageSeconds) {
    return Unproven(name, "X-Cairn-Timestamp must be the time of sending in seconds since 1970, at most " +
                              std::to_string(kMessageSeconds) + " seconds from now");
  }
  const auto secret = ReadSecrets(around_.project, rule->secret);
  // Where it should come from is for the owner to know (StandingOf), not for whoever calls.
  if (!secret) return Error{Reason::Unavailable, "the secret of '" + name + "' cannot be read here"};
  const std::string signed_text = timestamp + "." + std::string(body);
  const std::string expected = HexOf(crypto::HmacSha256(secret->front().second, signed_text));
  const std::string_view given =
      signature.starts_with("sha256=") ? std::string_view(signature).substr(7) : std::string_view(signature);
  if (!crypto::EqualSecrets(LowerAscii(given), expected)) {
    return Unproven(
        name,
        "X-Cairn-Signature must be sha256= and the HMAC-SHA256, in hexadecimal, of the timestamp, a "
        "full stop and the body");
  }
  const auto state =
      CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return FindTrigger(connection, name); }));
  if (state && state->paused) return Error{Reason::Unavailable, "the trigger '" + name + "' is paused"};
  Request request = rule->Asks(around_.project, name + "@" + crypto::Sha256Hex(expected).substr(0, 32));
  request.detail = Json{{"sent", FormatUtc(*at * 1000)},
                        {"sha256", crypto::Sha256Hex(body)},
                        {"size", static_cast<std::int64_t>(body.size())}};
  return KeepOne(request, "this message came before, and is taken once");
}

Result<Firing> Scheduler::Fire(const std::string& name, const std::string& actor) {
  const TriggerRule rule = CAIRN_TRY(Named(name));
  Request request = rule.Asks(around_.project, name + "@" + os::NewUuid(clock_.Now()));
  request.trigger.on = "demand";
  request.actor = actor;
  return KeepOne(request, "it fired before");
}

Result<std::vector<Request>> Scheduler::MomentsOf(const TriggerRule& rule, const std::string& from,
                                                  const std::string& to) const {
  if (!rule.schedule)
    return Error{Reason::InvalidArgument, "trigger '" + rule.name + "' fires on '" + rule.on +
                                              "'; only one on 'schedule' has moments to go back to"};
  const auto first = CAIRN_TRY(MomentIn(rule.schedule->zone(), from));
  const auto end = CAIRN_TRY(MomentIn(rule.schedule->zone(), to));
  std::vector<Request> requests;
  for (auto due = rule.schedule->Next(first - 1); due && *due < end; due = rule.schedule->Next(*due)) {
    if (*due > clock_.Now() / 1000)
      return Error{Reason::InvalidArgument, "there are moments to come before " + to + ": fill up to now"};
    if (requests.size() == kMostMoments) {
      return Error{Reason::InvalidArgument, "there are more than " + WithThousands(kMostMoments) +
                                                " moments from " + from + " to " + to + ": fill in parts"};
    }
    requests.push_back(rule.AsksAt(around_.project, *due));
  }
  if (requests.empty())
    return Error{Reason::InvalidArgument,
                 "'" + rule.name + "' has no moment from " + from + " until before " + to};
  return requests;
}

Result<Scheduler::Backfilled> Scheduler::Backfill(const std::string& name, const std::string& from,
                                                  const std::string& to, const std::string& actor, bool dry) {
  const TriggerRule rule = CAIRN_TRY(Named(name));
  auto requests = CAIRN_TRY(MomentsOf(rule, from, to));
  for (Request& request : requests) {
    request.detail.Set("backfill", true);
    request.apart = request.selection.force = true;
    request.actor = actor;
  }
  const auto fill = [&](sql::Connection& connection) -> Result<Backfilled> {
    Backfilled filled;
    for (const Request& request : requests) {
      const bool fires = dry ? !CAIRN_TRY(FindPull(connection, request.trigger)).has_value()
                             : CAIRN_TRY(runner_.Keep(connection, request));
      if (fires) filled.moments.push_back(CAIRN_TRY(ParseTime(request.detail.Text("due"))) / 1000);
      filled.there += fires ? 0 : 1;
    }
    return filled;
  };
  if (dry) return database_.Read(fill);
  auto filled = CAIRN_TRY(database_.Transact(fill));
  CAIRN_TRY(BeginIfRunning());
  return filled;
}

Result<> Scheduler::SetPaused(const std::string& name, const std::string& actor, bool paused) {
  CAIRN_TRY(Named(name));
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto state = CAIRN_TRY(FindTrigger(connection, name)).value_or(TriggerState{name, "", "", 0, false});
    if (state.paused == paused) return Done{};
    state.paused = paused;
    if (!paused) state.subject.clear();
    CAIRN_TRY(PutTrigger(connection, state));
    CAIRN_TRY(metadata::Append(connection, clock_.Now(),
                               {paused ? "pipeline.trigger_paused" : "pipeline.trigger_resumed",
                                "trigger:" + name, actor, "", Json{{"trigger", name}}}));
    return Done{};
  }));
  {
    const std::lock_guard lock(mutex_);
    poked_ = true;
  }
  changed_.notify_all();
  return Done{};
}

Result<> Scheduler::Pause(const std::string& name, const std::string& actor) {
  return SetPaused(name, actor, true);
}
Result<> Scheduler::Resume(const std::string& name, const std::string& actor) {
  return SetPaused(name, actor, false);
}

Result<Scheduler::Standing> Scheduler::StandingOf(const TriggerRule& rule) {
  Standing standing{rule, false, std::nullopt, std::nullopt, "", std::nullopt};
  CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<> {
    const auto state = CAIRN_TRY(FindTrigger(connection, rule.name));
    standing.paused = state && state->paused;
    const auto pulls = CAIRN_TRY(SelectPulls(connection, rule.name, 1));
    if (!pulls.empty()) standing.last = FiringOf(pulls.front());
    return Done{};
  }));
  if (rule.schedule && !standing.paused) standing.next = rule.schedule->Next(clock_.Now() / 1000);
  const std::lock_guard lock(mutex_);
  if (const auto found = problems_.find(rule.name); found != problems_.end())
    standing.problem = found->second;
  if (const auto found = looked_.find(rule.name); found != looked_.end()) standing.looked = found->second;
  return standing;
}

Result<std::vector<Scheduler::Standing>> Scheduler::List() {
  std::vector<Standing> all;
  const auto rules = CAIRN_TRY(Current());
  for (const auto& rule : *rules) all.push_back(CAIRN_TRY(StandingOf(rule)));
  return all;
}

Result<Scheduler::Standing> Scheduler::Show(const std::string& name) {
  return StandingOf(CAIRN_TRY(Named(name)));
}

Result<std::vector<Firing>> Scheduler::Firings(const std::string& name, std::int64_t limit) {
  std::vector<Firing> firings;
  for (const auto& pull : CAIRN_TRY(
           database_.Read([&](sql::Connection& connection) { return SelectPulls(connection, name, limit); })))
    firings.push_back(FiringOf(pull));
  // What a trigger did that is there no longer can still be seen.
  if (firings.empty()) CAIRN_TRY(Named(name));
  return firings;
}

}  // namespace cairn::pipeline

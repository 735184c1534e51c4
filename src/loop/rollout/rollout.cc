#include "loop/rollout/rollout.h"

#include <algorithm>

#include "ground/os/identity.h"
#include "ledger/governance/refusal.h"
#include "loop/rollout/journey.h"
#include "loop/rollout/rollout_events.h"
#include "loop/rollout/rollout_table.h"

namespace cairn::rollout {
namespace {

using governance::State;

Result<> MayBeConsidered(const Rollouts::Rooms& rooms, const Setting& setting, std::string_view model) {
  if (setting.gates.model != model) {
    return Error{Reason::Denied, setting.gates.model.empty()
                                     ? "the accepted configuration binds no model: write the sections "
                                       "'model' and 'gates' in cairn.yaml and run `cairn apply`"
                                     : "the accepted configuration binds the model '" + setting.gates.model +
                                           "', not '" + std::string(model) + "'"};
  }
  if (setting.gates.rules.empty()) {
    return Error{Reason::Denied,
                 "the accepted configuration has no gate rules, so nothing could show that '" +
                     std::string(model) +
                     "' is good enough: write 'gates.rules' in cairn.yaml and run `cairn apply`"};
  }
  return rooms.feasibility.AllowTraining(setting.gates.dataset);
}

std::string Named(const Rollout& rollout) {
  return "version " + std::to_string(rollout.version) + " of '" + rollout.model + "'";
}

/// A signature that comes when nothing is left to decide is an attempt as any other, one that is replayed
/// above all.
Error TooLate(const Rollouts& rollouts, const Rollouts::Rooms& rooms, std::string_view id,
              const std::string& attempt, const std::string& signer, Error error) {
  const auto rollout = rollouts.Find(id);
  if (!rollout) return error;
  const std::string subject =
      rollout->decision.empty() ? "rollout:" + rollout->id : "decision:" + rollout->decision;
  return governance::Recorded(rooms.database, rooms.clock, {attempt, subject, signer}, std::move(error));
}

}  // namespace

std::string_view NameOf(Stage stage) {
  switch (stage) {
    case Stage::Examining:
      return "examining";
    case Stage::AwaitingApproval:
      return "awaiting_approval";
    case Stage::Canary:
      return "canary";
    case Stage::Promoted:
      return "promoted";
    case Stage::KeptOut:
      return "kept_out";
    case Stage::RolledBack:
      return "rolled_back";
  }
  return "examining";
}

Json ToJson(const Rollout& rollout) {
  return Json{{"id", rollout.id},
              {"model", rollout.model},
              {"version", rollout.version},
              {"previous", rollout.previous},
              {"stage", NameOf(rollout.stage)},
              {"decision", rollout.decision},
              {"cause", rollout.cause},
              {"reason", rollout.reason},
              {"actor", rollout.actor},
              {"began_ms", rollout.began_ms},
              {"changed_ms", rollout.changed_ms},
              {"trial", rollout.trial.IsNull() ? Json()
                                               : Json{{"step", rollout.trial.Int("step") + 1},
                                                      {"paused", rollout.trial.Text("paused")}}}};
}

Result<Rollout> Rollouts::Consider(std::string_view model, std::int64_t version, std::string_view actor,
                                   std::string_view cause) {
  const std::lock_guard turn(turns_);
  return ConsiderNow(model, version, actor, cause);
}

Result<Rollouts::Offered> Rollouts::Offer(const FinishedRun& run) {
  const std::lock_guard turn(turns_);
  const std::string model = CAIRN_TRY(rooms_.registry.guard()).model;
  if (model.empty()) return Offered();
  const auto versions = rooms_.registry.Versions(model);
  if (!versions && versions.error().reason == Reason::NotFound) return Offered();
  if (!versions) return versions.error();
  const auto made = std::find_if(versions->begin(), versions->end(), [&](const registry::ModelVersion& one) {
    return std::find(run.ids.begin(), run.ids.end(), one.pipeline_run) != run.ids.end();
  });
  if (made == versions->end()) return Offered();
  for (const Rollout& known : CAIRN_TRY(List(model))) {
    if (known.version == made->version) return Offered();
  }
  auto rollout = ConsiderNow(model, made->version, run.actor, run.cause);
  if (rollout) return Offered{*std::move(rollout), ""};
  const Reason reason = rollout.error().reason;
  // A refusal stays one; what the machine could not do now it may do later.
  if (reason == Reason::Unavailable || reason == Reason::Exhausted || reason == Reason::Internal)
    return rollout.error();
  return Offered{std::nullopt, rollout.error().message};
}

Result<Rollout> Rollouts::ConsiderNow(std::string_view model, std::int64_t version, std::string_view actor,
                                      std::string_view cause) {
  Journey journey(rooms_);
  const Setting setting = CAIRN_TRY(ReadSetting(rooms_.configurations));
  CAIRN_TRY(MayBeConsidered(rooms_, setting, model));
  CAIRN_TRY(rooms_.registry.Find(model, version));
  CAIRN_TRY(rooms_.catalogue.Find(setting.gates.dataset));
  Rollout rollout;
  rollout.began_ms = rollout.changed_ms = rooms_.clock.Now();
  rollout.id = os::NewUuid(rollout.began_ms);
  rollout.model = model;
  rollout.version = version;
  rollout.previous = CAIRN_TRY(journey.ProductionOf(model));
  rollout.actor = actor;
  rollout.cause = cause;
  if (rollout.previous == version)
    return Error{Reason::Conflict, Named(rollout) + " is in production already"};
  CAIRN_TRY(rooms_.database.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(InsertRollout(connection, rollout));
    return Trace(connection, rollout, actor, "considered",
                 Json{{"previous", rollout.previous == 0 ? "" : std::to_string(rollout.previous)}});
  }));
  return journey.Examine(setting, std::move(rollout));
}

Result<Rollout> Rollouts::Waiting(std::string_view id) const {
  Rollout rollout = CAIRN_TRY(Find(id));
  if (rollout.stage == Stage::AwaitingApproval || rollout.stage == Stage::Canary) return rollout;
  return Error{Reason::Conflict, Named(rollout) + " is " + std::string(NameOf(rollout.stage)) +
                                     (rollout.reason.empty() ? "" : " (" + rollout.reason + ")") +
                                     ": nothing is left to decide; `cairn model consider` begins anew"};
}

Result<Rollout> Rollouts::Approve(std::string_view id, const governance::Signature& signature) {
  const std::lock_guard turn(turns_);
  const auto rollout = Waiting(id);
  if (!rollout) return TooLate(*this, rooms_, id, "approve", signature.principal, rollout.error());
  const auto decision = CAIRN_TRY(rooms_.decisions.Approve(rollout->decision, signature));
  if (decision.state != State::Approved) return *rollout;
  return Journey(rooms_).Begin(*rollout, signature.principal);
}

Result<Rollout> Rollouts::Reject(std::string_view id, const std::string& reason,
                                 const governance::Signature& signature) {
  const std::lock_guard turn(turns_);
  auto rollout = Waiting(id);
  if (!rollout) return TooLate(*this, rooms_, id, "reject", signature.principal, rollout.error());
  CAIRN_TRY(rooms_.decisions.Reject(rollout->decision, reason, signature));
  return Journey(rooms_).KeepOut(*std::move(rollout), "rejected by " + signature.principal + ": " + reason,
                                 signature.principal);
}

Result<Rollout> Rollouts::Release(std::string_view id, const std::string& reason,
                                  const governance::Signature& signature) {
  const std::lock_guard turn(turns_);
  const auto rollout = Waiting(id);
  if (!rollout) return TooLate(*this, rooms_, id, "release", signature.principal, rollout.error());
  CAIRN_TRY(rooms_.decisions.Release(rollout->decision, reason, signature));
  return Journey(rooms_).Begin(*rollout, signature.principal);
}

Result<Rollout> Rollouts::Promote(std::string_view id, std::string_view actor) {
  const std::lock_guard turn(turns_);
  Journey journey(rooms_);
  Rollout rollout = CAIRN_TRY(Waiting(id));
  const auto decision = CAIRN_TRY(rooms_.decisions.Find(rollout.decision));
  if (decision.state == State::Open) {
    return Error{Reason::Conflict, Named(rollout) + " waits for approval (" +
                                       std::to_string(decision.votes.size()) + " of " +
                                       std::to_string(decision.required) + "): `cairn model approve " +
                                       rollout.id + " --sign NAME`"};
  }
  if (rollout.stage == Stage::Canary && rollout.reason.empty()) {
    rollout = CAIRN_TRY(journey.PassCanary(
        std::move(rollout), "promoted by " + std::string(actor) + " before the canary had its requests",
        actor));
  }
  return journey.CarryOut(std::move(rollout), actor);
}

Result<Rollout> Rollouts::OnTrial(std::string_view id) const {
  if (!id.empty()) {
    Rollout rollout = CAIRN_TRY(Find(id));
    if (rollout.stage == Stage::Canary) return rollout;
    return Error{Reason::Conflict, Named(rollout) + " is " + std::string(NameOf(rollout.stage)) +
                                       ", and no canary: there is nothing to pause or end"};
  }
  auto under_way = CAIRN_TRY(UnderWay());
  for (auto rollout = under_way.rbegin(); rollout != under_way.rend(); ++rollout)
    if (rollout->stage == Stage::Canary) return *rollout;
  return Error{Reason::NotFound, "no candidate is tried out on live traffic now"};
}

Result<Rollout> Rollouts::Newest() const {
  const auto all = CAIRN_TRY(List());
  if (!all.empty()) return all.front();
  return Error{Reason::NotFound, "there is no rollout yet: `cairn model consider MODEL VERSION` begins one"};
}

Result<Rollout> Rollouts::Pause(std::string_view id, const std::string& reason, std::string_view actor) {
  const std::lock_guard turn(turns_);
  return Journey(rooms_).Pause(CAIRN_TRY(OnTrial(id)), reason, actor);
}

Result<Rollout> Rollouts::Resume(std::string_view id, std::string_view actor) {
  const std::lock_guard turn(turns_);
  return Journey(rooms_).Resume(CAIRN_TRY(OnTrial(id)), actor);
}

Result<Rollout> Rollouts::Abort(std::string_view id, const std::string& reason, std::string_view actor) {
  const std::lock_guard turn(turns_);
  return Journey(rooms_).KeepOut(CAIRN_TRY(OnTrial(id)), reason, actor);
}

Result<Rollout> Rollouts::RollBack(std::string_view model, const std::string& reason, std::string_view actor,
                                   std::string_view pipeline_run) {
  const std::lock_guard turn(turns_);
  const auto decision = rooms_.decisions.ReturnFor(model, CAIRN_TRY(rooms_.registry.guard()).alias);
  if (decision) return Journey(rooms_).Return(*decision, reason, actor, pipeline_run);
  if (decision.error().reason != Reason::NotFound) return decision.error();
  return Error{Reason::Denied,
               "model '" + std::string(model) +
                   "' has no return approved in advance: each promotion over a predecessor allows one, and "
                   "it was used " +
                   "or there was none. Consider the version that you want and have it approved"};
}

Result<> Rollouts::Advance() {
  const std::lock_guard turn(turns_);
  Journey journey(rooms_);
  Result<> outcome = journey.TakeUpReturns();
  // One that cannot go on does not hold up the others; the first problem is told.
  for (const auto& rollout : CAIRN_TRY(
           rooms_.database.Read([](sql::Connection& connection) { return SelectUnderWay(connection); }))) {
    const auto taken = journey.TakeUp(rollout);
    if (!taken && outcome) outcome = taken.error();
  }
  return outcome;
}

Result<std::vector<Rollout>> Rollouts::List(std::string_view model) const {
  return rooms_.database.Read([&](sql::Connection& connection) { return SelectRollouts(connection, model); });
}

Result<Rollout> Rollouts::Find(std::string_view id) const {
  return rooms_.database.Read([&](sql::Connection& connection) -> Result<Rollout> {
    if (!id.empty()) {
      auto found = CAIRN_TRY(SelectRollout(connection, id));
      if (found) return *std::move(found);
      return Error{Reason::NotFound,
                   "there is no rollout '" + std::string(id) + "': `cairn model list` shows those that are"};
    }
    const auto under_way = CAIRN_TRY(SelectUnderWay(connection));
    for (auto rollout = under_way.rbegin(); rollout != under_way.rend(); ++rollout) {
      if (rollout->stage == Stage::AwaitingApproval) return *rollout;
    }
    return Error{Reason::NotFound,
                 "no candidate waits for approval: `cairn model consider MODEL VERSION` examines one"};
  });
}

}  // namespace cairn::rollout

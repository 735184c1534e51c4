#include "loop/rollout/journey.h"

#include <algorithm>

#include "loop/rollout/rollout_events.h"
#include "loop/rollout/rollout_table.h"

namespace cairn::rollout {
namespace {

/// Errors that trying again will not mend: the ground of the decision is gone.
bool IsFinal(Reason reason) {
  return reason == Reason::Denied || reason == Reason::Corrupt || reason == Reason::NotFound ||
         reason == Reason::Unsupported;
}

}  // namespace

Result<governance::Act> Journey::PromotionOf(const Rollout& rollout) const {
  return governance::Act{"promote", rollout.model, std::to_string(rollout.version),
                         CAIRN_TRY(rooms_.registry.guard()).alias};
}

Result<std::int64_t> Journey::ProductionOf(std::string_view model) const {
  const auto standing = CAIRN_TRY(rooms_.registry.StandingOf(model));
  return standing.IsCovered() ? standing.version : 0;
}

Result<std::int64_t> Journey::AliasedOf(std::string_view model) const {
  const std::string guarded = CAIRN_TRY(rooms_.registry.guard()).alias;
  for (const auto& alias : CAIRN_TRY(rooms_.registry.FindModel(model)).aliases) {
    if (alias.name == guarded) return alias.version;
  }
  return std::int64_t{0};
}

Result<Rollout> Journey::Move(Rollout rollout, Stage from, std::string_view actor, std::vector<Note> notes) {
  rollout.changed_ms = rooms_.clock.Now();
  return rooms_.database.Transact([&](sql::Connection& connection) -> Result<Rollout> {
    CAIRN_TRY(UpdateRollout(connection, rollout, from));
    for (const Note& note : notes) CAIRN_TRY(Trace(connection, rollout, actor, note.kind, note.body));
    return rollout;
  });
}

Result<Rollout> Journey::Examine(const Setting& setting, Rollout rollout) {
  const auto candidate = ExamineCandidate(rooms_, setting, rollout);
  if (!candidate) {
    CAIRN_TRY(
        KeepOut(std::move(rollout), "it could not be examined: " + candidate.error().message, "system"));
    return candidate.error();
  }
  rollout = CAIRN_TRY(KeepJudgement(std::move(rollout), *candidate));
  if (rollout.stage != Stage::AwaitingApproval) return rollout;
  CAIRN_TRY(Supersede(rollout));
  return setting.gates.by_policy ? ApproveByPolicy(std::move(rollout)) : Result<Rollout>(std::move(rollout));
}

Result<Rollout> Journey::KeepJudgement(Rollout rollout, const Candidate& candidate) {
  rollout.report = candidate.report;
  const Json& dataset = candidate.report.At("dataset");
  governance::Proposal proposal;
  proposal.act = CAIRN_TRY(PromotionOf(rollout));
  proposal.rules = candidate.rules;
  proposal.seen = Json{{"manifest", candidate.report.At("manifest")},
                       {"dataset", dataset.At("digest")},
                       {"seal", dataset.At("seal")},
                       {"report", DigestOf(candidate.report)},
                       {"rollout", rollout.id},
                       {"configuration", candidate.report.At("configuration")}};
  if (!candidate.developer.empty()) proposal.seen.Set("developer", candidate.developer);
  proposal.proposer = rollout.actor;
  proposal.cause = rollout.story();
  const auto decision = CAIRN_TRY(rooms_.decisions.Propose(proposal));
  rollout.decision = decision.id;
  Json failed = Json::Array();
  std::string names;
  for (const auto& rule : candidate.rules) {
    if (rule.passed) continue;
    failed.Push(rule.name);
    names += (names.empty() ? "'" : "; '") + rule.name + "': " + rule.detail;
  }
  const bool passed = failed.items().empty();
  std::vector<Note> notes;
  notes.push_back({"examined", Json{{"report", DigestOf(candidate.report)},
                                    {"metric", candidate.report.At("metric")},
                                    {"value", candidate.value}}});
  notes.push_back(
      {"gates_judged", Json{{"decision", decision.id}, {"passed", passed}, {"failed", std::move(failed)}}});
  rollout.stage = passed ? Stage::AwaitingApproval : Stage::KeptOut;
  if (!passed) {
    rollout.reason = "the gates did not let it through: " + names;
    notes.push_back({"kept_out", Json{{"reason", rollout.reason}}});
  }
  const std::string actor = rollout.actor;
  return Move(std::move(rollout), Stage::Examining, actor, std::move(notes));
}

Result<> Journey::Supersede(const Rollout& newer) {
  for (auto& older : CAIRN_TRY(
           rooms_.database.Read([](sql::Connection& connection) { return SelectUnderWay(connection); }))) {
    const bool waits = older.stage == Stage::AwaitingApproval || older.stage == Stage::Canary;
    if (older.id == newer.id || older.model != newer.model || !waits) continue;
    // One that is redeemed already only has to be recorded; it is in production, not waiting.
    if (CAIRN_TRY(rooms_.decisions.Find(older.decision)).state == governance::State::Redeemed) {
      CAIRN_TRY(FinishPromotion(std::move(older), "system"));
      continue;
    }
    CAIRN_TRY(
        KeepOut(std::move(older), "superseded by version " + std::to_string(newer.version), newer.actor));
  }
  return Done{};
}

Result<Rollout> Journey::ApproveByPolicy(Rollout rollout) {
  const auto approved = rooms_.decisions.ApproveByPolicy(rollout.decision);
  if (approved) return Begin(std::move(rollout), "policy");
  if (approved.error().reason != Reason::Denied) return approved.error();
  // Nobody has signed the policy, or it was withdrawn meanwhile: then people decide, and the record says why.
  if (rollout.reason == approved.error().message) return rollout;
  rollout.reason = approved.error().message;
  return Move(std::move(rollout), Stage::AwaitingApproval, "system", {});
}

Result<Rollout> Journey::Begin(Rollout rollout, std::string_view actor) {
  const Setting setting = CAIRN_TRY(ReadSetting(rooms_.configurations));
  rollout.previous = CAIRN_TRY(ProductionOf(rollout.model));
  // What can no longer be carried out is not tried out: the refusal comes now.
  const bool changed = CAIRN_TRY(GroundChanged(setting, rollout));
  if (rollout.previous == 0 || !setting.canary || changed) return CarryOut(std::move(rollout), actor);
  const auto& plan = setting.serving.canary;
  Trial trial;
  trial.step = plan.shadow > 0 ? Trial::kShadow : 0;
  trial.step_began_ms = trial.kept_ms = rooms_.clock.Now();
  rollout.trial = ToJson(trial);
  auto started = StartCanary(setting, rollout);
  if (!started && IsFinal(started.error().reason)) {
    CAIRN_TRY(KeepOut(std::move(rollout), started.error().message, actor));
    return started.error();
  }
  if (!started) return started.error();
  rollout = *std::move(started);
  rollout.stage = Stage::Canary;
  rollout.reason.clear();
  const Json body{{"share", ShareOf(plan, trial)},
                  {"step", trial.step + 1},
                  {"steps", plan.steps.size()},
                  {"alpha", plan.alpha}};
  return Move(std::move(rollout), Stage::AwaitingApproval, actor, {{"canary_started", body}});
}

/// Whether the candidate was examined under another configuration, or on other data, than there is now.
Result<bool> Journey::GroundChanged(const Setting& setting, const Rollout& rollout) const {
  if (rollout.report.Text("configuration") != setting.digest) return true;
  const Json& dataset = rollout.report.At("dataset");
  return CAIRN_TRY(rooms_.catalogue.Find(dataset.Text("name"))).digest != dataset.Text("digest");
}

Result<Json> Journey::SeenNow(const Rollout& rollout) const {
  const auto version = CAIRN_TRY(rooms_.registry.Find(rollout.model, rollout.version));
  const auto dataset = CAIRN_TRY(rooms_.catalogue.Find(rollout.report.At("dataset").Text("name")));
  return Json{{"manifest", version.manifest},
              {"dataset", dataset.digest},
              {"seal", dataset.seal_digest},
              {"report", DigestOf(rollout.report)},
              {"rollout", rollout.id}};
}

Result<Rollout> Journey::CarryOut(Rollout rollout, std::string_view actor) {
  rollout.previous = CAIRN_TRY(ProductionOf(rollout.model));
  const auto act = CAIRN_TRY(PromotionOf(rollout));
  const auto seen = SeenNow(rollout);
  const auto moved = seen ? rooms_.registry.MoveGuarded(act, rollout.decision, *seen, actor, rollout.story())
                          : Result<std::string>(seen.error());
  if (moved) return FinishPromotion(std::move(rollout), actor);
  const auto decision = CAIRN_TRY(rooms_.decisions.Find(rollout.decision));
  // Carried out although the answer was lost.
  if (decision.state == governance::State::Redeemed) return FinishPromotion(std::move(rollout), actor);
  if (IsFinal(moved.error().reason)) CAIRN_TRY(KeepOut(std::move(rollout), moved.error().message, actor));
  return moved.error();
}

Result<Rollout> Journey::PassCanary(Rollout rollout, const std::string& reason, std::string_view actor,
                                    const Json& judged) {
  // Marks the row, so that a process that goes on here does not try it out again.
  rollout.reason = reason;
  const Json body =
      judged.IsObject()
          ? judged
          : Json{{"verdict", "promote"}, {"requests", CanaryRequests(rollout)}, {"reason", reason}};
  return Move(std::move(rollout), Stage::Canary, actor, {{"canary_ended", body}});
}

Result<Rollout> Journey::FinishPromotion(Rollout rollout, std::string_view actor) {
  const Stage from = rollout.stage;
  rollout.stage = Stage::Promoted;
  rollout.reason.clear();
  const std::string previous = rollout.previous == 0 ? "" : std::to_string(rollout.previous);
  const Json body{{"previous", previous}, {"decision", rollout.decision}};
  auto promoted = CAIRN_TRY(Move(std::move(rollout), from, actor, {{"promoted", body}}));
  Follow();
  EndCanaryOf(promoted);
  return promoted;
}

Result<Rollout> Journey::KeepOut(Rollout rollout, const std::string& reason, std::string_view actor,
                                 const Json& judged) {
  if (!rollout.decision.empty()) {
    const auto voided = rooms_.decisions.Void(rollout.decision, reason, std::string(actor));
    // Conflict: it is closed already, by a rejection for instance.
    if (!voided && voided.error().reason != Reason::Conflict) return voided.error();
  }
  const Stage from = rollout.stage;
  std::vector<Note> notes;
  if (from == Stage::Canary && rollout.reason.empty()) {
    notes.push_back({"canary_ended", judged.IsObject() ? judged
                                                       : Json{{"verdict", "abort"},
                                                              {"requests", CanaryRequests(rollout)},
                                                              {"reason", reason}}});
  }
  notes.push_back({"kept_out", Json{{"reason", reason}}});
  rollout.stage = Stage::KeptOut;
  rollout.reason = reason;
  if (from == Stage::Canary) EndCanaryOf(rollout);
  return Move(std::move(rollout), from, actor, std::move(notes));
}

Result<Rollout> Journey::Return(const governance::Decision& decision, const std::string& reason,
                                std::string_view actor, std::string_view pipeline_run) {
  const auto promotions = CAIRN_TRY(
      rooms_.database.Read([](sql::Connection& connection) { return SelectInProduction(connection); }));
  const auto found = std::find_if(promotions.begin(), promotions.end(), [&](const Rollout& rollout) {
    return rollout.decision == decision.seen.Text("promotion");
  });
  if (found == promotions.end()) {
    return Error{Reason::Denied, "the promotion that would be taken back is not the last one of model '" +
                                     decision.act.model + "'"};
  }
  // Kept first, so that the reason survives a process that dies between the move and its record.
  Rollout rollout = *found;
  rollout.reason = reason;
  rollout = CAIRN_TRY(Move(std::move(rollout), Stage::Promoted, actor, {}));
  const auto moved =
      rooms_.registry.MoveGuarded(decision.act, decision.id, Json::Object(), actor, rollout.story());
  if (moved) return FinishReturn(std::move(rollout), decision, actor, pipeline_run);
  if (CAIRN_TRY(rooms_.decisions.Find(decision.id)).state == governance::State::Redeemed)
    return FinishReturn(std::move(rollout), decision, actor, pipeline_run);
  rollout.reason.clear();
  CAIRN_TRY(Move(std::move(rollout), Stage::Promoted, actor, {}));
  return moved.error();
}

Result<Rollout> Journey::FinishReturn(Rollout rollout, const governance::Decision& decision,
                                      std::string_view actor, std::string_view pipeline_run) {
  rollout.stage = Stage::RolledBack;
  Json body{{"from", std::to_string(rollout.version)},
            {"to", decision.act.version},
            {"decision", decision.id},
            {"reason", rollout.reason}};
  if (!pipeline_run.empty()) body.Set("pipeline_run", std::string(pipeline_run));
  auto returned = CAIRN_TRY(Move(std::move(rollout), Stage::Promoted, actor, {{"rolled_back", body}}));
  Follow();
  return returned;
}

std::int64_t Journey::CanaryRequests(const Rollout& rollout) const {
  const auto canary = rooms_.service.state().canary;
  return canary.running && canary.version == rollout.version ? canary.record.canary_requests : 0;
}

void Journey::EndCanaryOf(const Rollout& rollout) {
  const auto canary = rooms_.service.state().canary;
  if (canary.running && canary.version == rollout.version) rooms_.service.EndCanary();
}

void Journey::Follow() {
  // The alias has moved and that is on record; what hinders loading is shown in the service's state and tried
  // again with the next move.
  static_cast<void>(static_cast<bool>(rooms_.service.Follow()));
}

}  // namespace cairn::rollout

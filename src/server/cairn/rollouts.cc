#include "ground/vocabulary/text.h"
#include "ledger/governance/decision.h"
#include "loop/rollout/rollout.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"
#include "server/cairn/permissions.h"
#include "server/cairn/stage_caller.h"

namespace cairn::api {
namespace {

using rollout::Rollout;

Json PsiOf(const serving::CanaryRecord& record) {
  const auto psi = record.outputs.Psi();
  return psi ? Json(*psi) : Json();
}

Json ToJson(const serving::CanaryState& canary) {
  const auto& record = canary.record;
  const auto evidence = serving::EvidenceOf(record);
  return Json{{"version", canary.version},
              {"share", canary.share},
              {"canary_requests", record.canary_requests},
              {"production_requests", record.production_requests},
              {"canary_bad", record.canary_bad},
              {"production_bad", record.production_bad},
              {"shadow_requests", record.shadow_requests},
              {"shadow_bad", record.shadow_bad},
              {"output_psi", PsiOf(record)},
              {"canary_slow", record.canary_slow},
              {"production_slow", record.production_slow},
              {"slow_above_ms", record.slow_above_ms},
              {"e_value", evidence.bad},
              {"slow_e_value", evidence.slow},
              {"sample_ratio_e_value", evidence.split},
              {"canary_labelled", record.canary_labelled},
              {"production_labelled", record.production_labelled},
              {"canary_loss", record.canary_loss},
              {"production_loss", record.production_loss},
              {"loss_e_value", evidence.losses},
              {"shadow_labelled", record.shadow_bet.rows()},
              {"shadow_loss", record.shadow_loss},
              {"shadow_production_loss", record.shadow_production_loss},
              {"shadow_loss_e_value", evidence.shadow_losses},
              {"canary_p99_ms", canary.canary_p99_ms},
              {"production_p99_ms", canary.production_p99_ms}};
}

}  // namespace

Result<Json> WholeRollout(const RolloutRooms& rooms, const Rollout& rollout, const std::string& rejection) {
  Json answer = rollout::ToJson(rollout);
  answer.Set("report", rollout.report);
  const auto canary = rooms.service.state().canary;
  if (canary.running && canary.version == rollout.version) answer.Set("canary", ToJson(canary));
  if (rollout.decision.empty()) return answer;
  const auto decision = CAIRN_TRY(rooms.decisions.Find(rollout.decision));
  answer.Set("decision_record", governance::ToJson(decision))
      .Set("statement", governance::ApprovalStatement(decision));
  if (!rejection.empty())
    answer.Set("rejection_statement", governance::RejectionStatement(decision, rejection));
  return answer;
}

Result<governance::Signature> SignatureIn(const Json& body) {
  governance::Signature signature;
  signature.principal = CAIRN_TRY(RequiredText(body, "signer"));
  signature.value = CAIRN_TRY(RequiredText(body, "signature"));
  signature.delegation = body.Text("delegation");
  return signature;
}

std::string RolloutIn(const Call& call) {
  const std::string id = call.Path("id");
  return id == "waiting" ? "" : id;
}

namespace {

Result<std::string> ReasonIn(const Call& call) {
  const std::string reason = CAIRN_TRY(RequiredText(call.body, "reason"));
  if (!Trim(reason).empty()) return reason;
  return Error{Reason::InvalidArgument, "'reason' must say why, for those who read the record later"};
}

Result<Json> List(const RolloutRooms& rooms, const Call& call) {
  Json items = Json::Array();
  for (const Rollout& rollout : CAIRN_TRY(rooms.rollouts.List(call.Query("model"))))
    items.Push(rollout::ToJson(rollout));
  return Json{{"items", std::move(items)}};
}

}  // namespace

void MountRollouts(http::Router& router, RolloutRooms rooms) {
  router.Post("/api/v1/models/{name}/rollback", Answer([rooms](const Call& call) -> Result<Json> {
                const auto run = CAIRN_TRY(RunOfCaller(rooms.runner, call));
                return WholeRollout(rooms, CAIRN_TRY(rooms.rollouts.RollBack(
                                               call.Path("name"), CAIRN_TRY(ReasonIn(call)), call.Actor(),
                                               run ? std::string_view(run->id) : std::string_view())));
              }));
  router.Get("/api/v1/rollouts", Answer([rooms](const Call& call) { return List(rooms, call); }));
  router.Get("/api/v1/rollouts/{id}", Answer([rooms](const Call& call) -> Result<Json> {
               return WholeRollout(rooms, CAIRN_TRY(rooms.rollouts.Find(RolloutIn(call))),
                                   call.Query("reject"));
             }));
  router.Post("/api/v1/rollouts/{id}/approve", Answer([rooms](const Call& call) -> Result<Json> {
                return WholeRollout(rooms, CAIRN_TRY(rooms.rollouts.Approve(
                                               RolloutIn(call), CAIRN_TRY(SignatureIn(call.body)))));
              }));
  router.Post("/api/v1/rollouts/{id}/reject", Answer([rooms](const Call& call) -> Result<Json> {
                return WholeRollout(
                    rooms, CAIRN_TRY(rooms.rollouts.Reject(RolloutIn(call), CAIRN_TRY(ReasonIn(call)),
                                                           CAIRN_TRY(SignatureIn(call.body)))));
              }));
  router.Post("/api/v1/rollouts/{id}/pause", Answer([rooms](const Call& call) -> Result<Json> {
                return WholeRollout(rooms, CAIRN_TRY(rooms.rollouts.Pause(
                                               RolloutIn(call), CAIRN_TRY(ReasonIn(call)), call.Actor())));
              }));
  router.Post("/api/v1/rollouts/{id}/resume", Answer([rooms](const Call& call) -> Result<Json> {
                return WholeRollout(rooms, CAIRN_TRY(rooms.rollouts.Resume(RolloutIn(call), call.Actor())));
              }));
  router.Post("/api/v1/rollouts/{id}/abort", Answer([rooms](const Call& call) -> Result<Json> {
                return WholeRollout(rooms, CAIRN_TRY(rooms.rollouts.Abort(
                                               RolloutIn(call), CAIRN_TRY(ReasonIn(call)), call.Actor())));
              }));
  router.Get("/api/v1/rollouts/{id}/verify",
             Answer([rooms](const Call& call) { return rooms.rollouts.Verify(RolloutIn(call)); }));
  router.Post("/api/v1/rollouts/{id}/promote", Answer([rooms](const Call& call) -> Result<Json> {
                return WholeRollout(rooms, CAIRN_TRY(rooms.rollouts.Promote(RolloutIn(call), call.Actor())));
              }));
}

}  // namespace cairn::api

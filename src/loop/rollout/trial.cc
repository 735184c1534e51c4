#include "loop/rollout/trial.h"

namespace cairn::rollout {

CanaryLook Trial::LookAt(const serving::CanaryRecord& seen, const serving::CanaryPlan& plan,
                         TimeMs now) const {
  CanaryLook look;
  look.record = seen;
  look.step = step;
  look.steps = static_cast<std::int64_t>(plan.steps.size());
  const bool shadow = step == kShadow;
  look.step_requests = shadow ? seen.shadow_requests : seen.canary_requests - requests_before;
  look.min_requests = shadow ? plan.shadow : plan.min_requests;
  look.held_ms = now - step_began_ms;
  look.hold_ms = plan.hold_ms;
  return look;
}

Json ToJson(const Trial& trial) {
  return Json{{"step", trial.step},
              {"step_began_ms", trial.step_began_ms},
              {"requests_before", trial.requests_before},
              {"paused", trial.paused},
              {"kept_ms", trial.kept_ms},
              {"record", trial.record ? serving::ToJson(*trial.record) : Json()}};
}

Result<Trial> TrialIn(const Json& json) {
  Trial trial;
  if (json.IsNull()) return trial;
  trial.step = CAIRN_TRY(RequiredInt(json, "step"));
  trial.step_began_ms = CAIRN_TRY(RequiredInt(json, "step_began_ms"));
  trial.requests_before = CAIRN_TRY(RequiredInt(json, "requests_before"));
  trial.paused = json.Text("paused");
  trial.kept_ms = CAIRN_TRY(RequiredInt(json, "kept_ms"));
  if (!json.At("record").IsNull()) trial.record = CAIRN_TRY(serving::CanaryRecordIn(json.At("record")));
  return trial;
}

}  // namespace cairn::rollout

#include "loop/rollout/canary_verdict.h"

#include <cstdio>

#include "ground/vocabulary/text.h"

namespace cairn::rollout {
namespace {

using serving::CanaryFault;
using serving::CanaryRecord;

constexpr double kNoPsi = -1;

std::string Shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string Share(std::int64_t part, std::int64_t all) {
  return WithThousands(part) + " of " + WithThousands(all);
}

std::string Counts(const CanaryRecord& record) {
  std::string text = Share(record.canary_bad, record.canary_requests) + " requests failed on the canary, " +
                     Share(record.production_bad, record.production_requests) + " in production";
  if (record.shadow_requests > 0)
    text += ", and " + Share(record.shadow_bad, record.shadow_requests) + " on the shadow";
  return text;
}

std::string Evidence(double e_value, double bound) {
  return " (evidence " + Shown(e_value) + ", bound " + Shown(bound) + ")";
}

std::string Mean(double sum, std::int64_t count) {
  return count == 0 ? std::string("–") : Shown(sum / static_cast<double>(count));
}

std::string Losses(const CanaryRecord& record) {
  return "mean squared error " + Mean(record.canary_loss, record.canary_labelled) + " of " +
         WithThousands(record.canary_labelled) + " labelled requests, " +
         Mean(record.production_loss, record.production_labelled) + " of " +
         WithThousands(record.production_labelled) + " in production";
}

std::string ShadowLosses(const CanaryRecord& record) {
  const std::int64_t rows = record.shadow_bet.rows();
  return "mean squared error " + Mean(record.shadow_loss, rows) + " as a shadow, " +
         Mean(record.shadow_production_loss, rows) + " in production on the same " + WithThousands(rows) +
         " labelled requests";
}

std::string ByLabels(const CanaryRecord& record) {
  std::string text;
  if (record.canary_labelled > 0) text += "; by labels, " + Losses(record);
  if (record.shadow_bet.rows() > 0) text += "; by labels, " + ShadowLosses(record);
  return text;
}

std::string WhyAborted(const CanaryRecord& record, CanaryFault fault) {
  const auto evidence = serving::EvidenceOf(record);
  switch (fault) {
    case CanaryFault::None:
      break;
    case CanaryFault::Bad:
      return "the canary fails more often than production: " + Counts(record) +
             Evidence(evidence.bad, 2 / record.alpha);
    case CanaryFault::Slow:
      return "the canary is slow more often than production: " +
             Share(record.canary_slow, record.canary_requests) + " answers of the canary took more than " +
             Shown(record.slow_above_ms) + " ms, " +
             Share(record.production_slow, record.production_requests) + " of production" +
             Evidence(evidence.slow, 2 / record.alpha);
    case CanaryFault::Loss:
      return "the canary's answers are worse by their labels: " + Losses(record) +
             Evidence(evidence.losses, 1 / record.loss_alpha);
    case CanaryFault::ShadowLoss:
      return "the canary's answers are worse by their labels: " + ShadowLosses(record) +
             Evidence(evidence.shadow_losses, 1 / record.shadow_loss_alpha);
    case CanaryFault::Breaker:
      return "the canary failed " + Share(record.canary_bad, record.canary_requests) + " requests, and " +
             Share(record.shadow_bad, record.shadow_requests) + " as a shadow, and the breaker trips at " +
             Shown(record.breaker_rate * 100) + " %";
  }
  return "";
}

}  // namespace

std::string_view NameOf(CanaryVerdict verdict) {
  switch (verdict) {
    case CanaryVerdict::GoOn:
      return "go_on";
    case CanaryVerdict::NextStep:
      return "next_step";
    case CanaryVerdict::Promote:
      return "promote";
    case CanaryVerdict::Pause:
      return "pause";
    case CanaryVerdict::Abort:
      return "abort";
  }
  return "go_on";
}

CanaryFinding Judge(const CanaryLook& look) {
  const CanaryRecord& record = look.record;
  if (const auto fault = serving::FaultOf(record); fault != CanaryFault::None)
    return {CanaryVerdict::Abort, WhyAborted(record, fault)};
  const auto evidence = serving::EvidenceOf(record);
  if (evidence.split >= 1 / serving::kSplitAlpha)
    return {CanaryVerdict::Pause,
            "the traffic was not split as configured (" + WithThousands(record.canary_requests) + " to " +
                WithThousands(record.production_requests) + "), so the canary proves nothing" +
                Evidence(evidence.split, 1 / serving::kSplitAlpha)};
  const auto psi = record.outputs.Psi();
  if (psi && record.output_psi && *psi > *record.output_psi)
    return {CanaryVerdict::Pause,
            "the canary's scores lie further from production's than serving.canary."
            "output_psi allows (" +
                Shown(*psi) + " above " + Shown(*record.output_psi) + ")"};
  if (look.step_requests < look.min_requests || look.held_ms < look.hold_ms) return {};
  const bool last = look.step + 1 >= look.steps;
  return {last ? CanaryVerdict::Promote : CanaryVerdict::NextStep,
          Counts(record) + ByLabels(record) + "; no sign that it is worse" +
              Evidence(evidence.bad, 2 / record.alpha)};
}

Json ToJson(const CanaryLook& look) {
  return Json{{"step", look.step},
              {"steps", look.steps},
              {"step_requests", look.step_requests},
              {"min_requests", look.min_requests},
              {"held_ms", look.held_ms},
              {"hold_ms", look.hold_ms},
              {"record", serving::ToJson(look.record)}};
}

Result<CanaryLook> CanaryLookIn(const Json& json) {
  CanaryLook look;
  look.step = CAIRN_TRY(RequiredInt(json, "step"));
  look.steps = CAIRN_TRY(RequiredInt(json, "steps"));
  look.step_requests = CAIRN_TRY(RequiredInt(json, "step_requests"));
  look.min_requests = CAIRN_TRY(RequiredInt(json, "min_requests"));
  look.held_ms = CAIRN_TRY(RequiredInt(json, "held_ms"));
  look.hold_ms = CAIRN_TRY(RequiredInt(json, "hold_ms"));
  look.record = CAIRN_TRY(serving::CanaryRecordIn(json.At("record")));
  return look;
}

std::string DifferenceIn(const Json& body) {
  const auto look = CanaryLookIn(body.At("evidence"));
  if (!look) return look.error().message;
  const CanaryFinding finding = Judge(*look);
  if (NameOf(finding.verdict) != body.Text("verdict"))
    return "the counts give the verdict '" + std::string(NameOf(finding.verdict)) +
           "', and the record says '" + body.Text("verdict") + "'";
  if (finding.reason != body.Text("reason"))
    return "the counts give the reason \"" + finding.reason + "\", and the record says \"" +
           body.Text("reason") + "\"";
  const Json& record = body.At("evidence").At("record");
  const auto evidence = serving::EvidenceOf(look->record);
  const auto psi = look->record.outputs.Psi();
  if (record.At("bad").Double("e_value") != evidence.bad ||
      record.At("slow").Double("e_value") != evidence.slow ||
      record.At("split").Double("e_value") != evidence.split ||
      record.At("losses").Double("e_value", 1) != evidence.losses ||
      record.At("outputs").Double("psi", kNoPsi) != psi.value_or(kNoPsi))
    return "the e-values on record do not follow from its counts";
  return "";
}

}  // namespace cairn::rollout

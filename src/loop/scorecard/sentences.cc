#include <algorithm>
#include <array>
#include <utility>

#include "ground/vocabulary/text.h"
#include "loop/scorecard/history.h"

namespace cairn::scorecard {
namespace {

/// A sentence in which {name} stands for a member of the event's body, {actor} for who did it.
using Pattern = std::pair<std::string_view, std::string_view>;
constexpr std::array kPatterns{
    Pattern{"governance.configuration_accepted", "configuration accepted by {actor}"},
    Pattern{"governance.decision_proposed", "decision about version {version} of {model} proposed"},
    Pattern{"governance.decision_approved", "version {version} of {model} approved by {principal}"},
    Pattern{"governance.decision_rejected", "version {version} of {model} rejected: {reason}"},
    Pattern{"governance.decision_voided", "decision about version {version} of {model} void: {reason}"},
    Pattern{"governance.decision_expired", "decision about version {version} of {model} waited too long"},
    Pattern{"governance.decision_redeemed", "decision about version {version} of {model} carried out"},
    Pattern{"governance.emergency_released",
            "EMERGENCY: version {version} of {model} released by {principal} with {approvals} of {required} "
            "approvals: {reason}"},
    Pattern{"governance.emergency_reviewed",
            "emergency release of version {version} of {model} reviewed by {principal}: {finding}"},
    Pattern{"governance.delegation_given", "{from} lends the role {role} to {to}"},
    Pattern{"governance.delegation_withdrawn", "a delegation withdrawn by {principal}"},
    Pattern{"governance.attempt_refused", "{principal} was refused: {why}"},
    Pattern{"charter.usecase_activated", "{usecase} is worked on"},
    Pattern{"charter.usecase_ended", "{usecase} is worked on no more: {reason}"},
    Pattern{"charter.signed", "charter signed by {principal}"},
    Pattern{"charter.feasibility_judged", "{verdict} for {dataset} (p = {p_value})"},
    Pattern{"evaluation.planned", "a plan for evaluations of {model} on record"},
    Pattern{"evaluation.made", "{model} version {version} measured: {metric} {value}"},
    Pattern{"data.version_added", "{dataset} version {version} added, {rows} rows"},
    Pattern{"data.split_sealed", "{rows} test rows of {dataset} version {version} sealed"},
    Pattern{"data.seal_opened", "sealed rows of {dataset} opened by {by}: {purpose}"},
    Pattern{"data.contract_checked", "contract of {dataset} version {version} checked"},
    Pattern{"data.profiled", "{dataset} version {version} profiled"},
    Pattern{"data.split_made", "{dataset} version {version} split by {method}"},
    Pattern{"data.alias_set", "{dataset} version {version} called {alias}"},
    Pattern{"data.alias_removed", "{dataset} has no version called {alias} any more"},
    Pattern{"data.verified", "{dataset} version {version} read again and compared"},
    Pattern{"pipeline.run_started", "pipeline run started"},
    Pattern{"pipeline.stage_ended", "stage {stage} ended"},
    Pattern{"pipeline.trigger_fired", "a trigger fired"},
    Pattern{"pipeline.trigger_paused", "trigger {trigger} paused"},
    Pattern{"pipeline.trigger_resumed", "trigger {trigger} goes on"},
    Pattern{"pipeline.trigger_refused", "a trigger's pipeline run did not begin: {problem}"},
    Pattern{"pipeline.run_ended", "pipeline run {state}"},
    Pattern{"run.ended", "run ended: {status}"},
    Pattern{"registry.version_added", "version {version} of {model} registered"},
    Pattern{"conversion.proven", "{model} written as ONNX, proven on {rows} rows"},
    Pattern{"conversion.refused", "{model} not written as ONNX: {reason}"},
    Pattern{"registry.alias_moved", "{alias} of {model} moved to version {version}"},
    Pattern{"rollout.examined", "version {version} of {model} examined on the sealed rows"},
    Pattern{"rollout.gates_judged", "gates judged for version {version} of {model}"},
    Pattern{"rollout.canary_started", "canary of version {version} of {model} started"},
    Pattern{"rollout.canary_step", "canary of version {version} of {model} on to step {step} of {steps}"},
    Pattern{"rollout.canary_paused", "canary of version {version} of {model} paused: {reason}"},
    Pattern{"rollout.canary_resumed", "canary of version {version} of {model} goes on"},
    Pattern{"rollout.canary_ended", "canary of version {version} of {model} ended: {verdict}"},
    Pattern{"rollout.promoted", "version {version} of {model} promoted"},
    Pattern{"rollout.kept_out", "version {version} of {model} kept out: {reason}"},
    Pattern{"rollout.rolled_back", "{model} rolled back from version {from} to {to}: {reason}"},
    Pattern{"serving.loaded", "version {version} of {model} loaded"},
    Pattern{"serving.log_policy", "the prediction log of {model} keeps a share of {share}: {reason}"},
    Pattern{"serving.segment_closed", "{records} predictions on record"},
    Pattern{"serving.segment_removed",
            "{records} old predictions removed from the log, as serving.log.keep says"},
    Pattern{"monitoring.window_closed", "window of {monitor} closed"},
    Pattern{"monitoring.alert_raised", "alert of {monitor}: {value} against {threshold}"},
    Pattern{"monitoring.alert_closed", "alert of {monitor} closed"},
    Pattern{"monitoring.alert_acknowledged", "alert of {monitor} acknowledged by {actor}"},
    Pattern{"scorecard.test_recorded", "{test} done by hand by {principal}"},
    Pattern{"scorecard.test_acknowledged", "{test} acknowledged by {principal}"},
};

std::string TextOf(const Json& value) {
  if (value.IsString()) return value.AsString();
  if (value.IsInt()) return WithThousands(value.AsInt());
  return value.IsNull() ? "" : value.Dump();
}

}  // namespace

std::string SentenceOf(const Moment& moment) {
  const auto found = std::find_if(kPatterns.begin(), kPatterns.end(),
                                  [&](const Pattern& pattern) { return pattern.first == moment.event.kind; });
  std::string_view rest = found == kPatterns.end() ? std::string_view(moment.event.kind) : found->second;
  std::string sentence;
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto close = rest.find('}', open);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    sentence += rest.substr(0, open);
    sentence += name == "actor" ? moment.event.actor : TextOf(moment.event.body.At(name));
    rest.remove_prefix(close + 1);
  }
  return sentence.append(rest);
}

}  // namespace cairn::scorecard

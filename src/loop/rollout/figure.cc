#include "loop/rollout/figure.h"

namespace cairn::rollout {

Result<std::optional<double>> SealedFigure(const Rollouts& rollouts, const registry::Registry& registry,
                                           std::string_view model, std::string_view metric) {
  // Where no model is bound yet, nothing was measured.
  if (model.empty()) return std::optional<double>();
  const auto live = CAIRN_TRY(registry.StandingOf(model));
  if (!live.IsCovered()) return std::optional<double>();
  for (const Rollout& rollout : CAIRN_TRY(rollouts.List(model))) {
    if (rollout.version != live.version || rollout.stage == Stage::KeptOut) continue;
    const Rollout whole = CAIRN_TRY(rollouts.Find(rollout.id));
    for (const Json& contestant : whole.report.At("contestants").items()) {
      const Json& value = contestant.At("metrics").At(metric);
      if (contestant.Text("name") == "candidate" && value.IsNumber())
        return std::optional<double>(value.AsDouble());
    }
  }
  return std::optional<double>();
}

}  // namespace cairn::rollout

#pragma once

#include <optional>
#include <string_view>

#include "loop/rollout/rollout.h"

namespace cairn::rollout {

/// What the version that is in production now was measured at on the sealed rows when it was examined; none
/// when no model is bound (""), nothing is in production or the metric was not defined.
Result<std::optional<double>> SealedFigure(const Rollouts& rollouts, const registry::Registry& registry,
                                           std::string_view model, std::string_view metric);

}  // namespace cairn::rollout

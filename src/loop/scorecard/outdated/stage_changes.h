#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "loop/pipeline/plan.h"

namespace cairn::scorecard {

/// The causes by which a stage runs, or ran; null for one that does not.
using CausesByStage = std::function<const std::vector<pipeline::Cause>*(std::string_view stage)>;

/// What of that which a stage is made from has changed: commands, code, data, models, parameters and
/// environments, its own and those of the stages before it that run too. That an output is missing, or that
/// somebody asked for it, makes nothing other than it was.
std::vector<pipeline::Cause> ChangesBehind(const std::string& stage, const CausesByStage& causes_of);

}  // namespace cairn::scorecard

#pragma once

#include <string>
#include <vector>

#include "loop/tracking/experiments.h"

namespace cairn::api {

/// All experiments of a view.
Result<std::vector<tracking::Experiment>> AllExperiments(const tracking::Experiments& experiments,
                                                         tracking::View view);
/// By name, or else by id; deleted ones too. NotFound with the nearest name there is.
Result<tracking::Experiment> ExperimentNamed(const tracking::Experiments& experiments,
                                             const std::string& given);

}  // namespace cairn::api

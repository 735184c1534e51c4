#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/pipeline/definition.h"

namespace cairn::pipeline {

/// What a stage of a run finds in its environment about itself: DVC_STAGE, and in MLFLOW_RUN_CONTEXT the tags
/// that MLflow's client puts on every run it starts: `context` and the stage.
std::vector<std::pair<std::string, std::string>> VariablesOf(const Stage& stage, const std::string& run,
                                                             Json context);

}  // namespace cairn::pipeline

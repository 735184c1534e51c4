#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/record.h"
#include "loop/pipeline/stage_settings.h"

namespace cairn::pipeline {

/// What is kept of the machines that a run's stages are on, as "executor" in its environment.
Json ExecutorOf(const ExecutorSettings& executor, const std::string& run);
/// Asks the engine to end the job of a run whose program died. Fine for a run that had none, or one that is
/// over.
Result<> StopJobOf(const RunRecord& run);

}  // namespace cairn::pipeline

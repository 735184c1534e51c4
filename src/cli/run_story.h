#pragma once

#include <string_view>

#include "cli/session.h"
#include "ground/os/signals.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

inline constexpr int kInterrupted = 130;  ///< The exit code after Ctrl-C.
inline constexpr std::string_view kPipelineRuns = "/api/v1/pipeline/runs";

/// Tells what becomes of the stages of a run that was started, and gives the run as it ended. Ctrl-C cancels
/// it, once; it is still followed to its end.
Result<Json> FollowToEnd(Session& session, Json run, os::StopSignals& signals, bool& interrupted);

/// The last lines of the logs of stages that failed.
void ShowFailures(Session& session, const Json& run);

}  // namespace cairn::cli

#pragma once

#include "cli/session.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli {

/// An evaluation's report for a person at a terminal: figures with intervals, then what stands out.
void ShowEvaluation(const Session& session, const Json& report);

}  // namespace cairn::cli

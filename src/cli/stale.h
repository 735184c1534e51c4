#pragma once

#include <string>
#include <vector>

#include "cli/session.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// What is stale in the project here, and why. Without --server it is answered from the files alone, before
/// any store is opened: a look costs milliseconds.
Result<Json> LookForStale(Session& session, const std::vector<std::string>& stages);

/// The causes of a stage as one line: "params.yaml: lr changed from 1 to 2; train.py changed".
std::string CausesOf(const Json& stage);

}  // namespace cairn::cli

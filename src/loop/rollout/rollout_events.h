#pragma once

#include <string>
#include <string_view>

#include "ground/sql/connection.h"
#include "ground/vocabulary/json.h"
#include "loop/rollout/rollout.h"

namespace cairn::rollout {

/// Appends the event "rollout.<kind>" about a rollout at its changed_ms, in the transaction of the deed:
/// subject "model:<name>/<version>", cause its story, body {model, version, rollout} and what is given. The
/// kinds: considered, examined, gates_judged, canary_started, canary_ended, promoted, kept_out, rolled_back.
Result<> Trace(sql::Connection& connection, const Rollout& rollout, std::string_view actor,
               const std::string& kind, const Json& more);

/// What the log says of every rollout; see Rollouts::Table.
Result<Json> RolloutsInLog(sql::Database& database);

}  // namespace cairn::rollout

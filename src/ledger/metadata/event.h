#pragma once

#include <cstdint>
#include <string>

#include "ground/sql/connection.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

namespace cairn::metadata {

/// One deed that matters, as it goes into the log. Holds ids, digests, names and figures, never personal
/// data.
struct Event {
  /// Past tense, dotted by room: "data.version_added", "registry.alias_moved", "run.ended".
  std::string kind;
  /// What it is about, typed: "model:delay/3", "run:4f…", "dataset:flights@7", "alert:<id>".
  std::string subject;
  /// Who: a principal's name, "system", or "client" for callers that are not identified.
  std::string actor;
  /// The id that ties a whole story together (an alert's id, a trigger's id); "" when it starts one.
  std::string cause;
  Json body = Json::Object();
};

/// Writes the event in the caller's transaction: the deed and its trace commit together. Gives the event's id
/// (UUIDv7). The sealer gives it its position afterwards.
Result<std::string> Append(sql::Connection& connection, TimeMs now, const Event& event);

}  // namespace cairn::metadata

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/sql/connection.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

namespace cairn::metadata {

/// What a deed was made from and what came of it (lineage.h names the things).
struct Lineage {
  struct Link {
    std::string thing;
    std::string label;  ///< The part that it plays: a path, a role; may be "".
  };
  std::string of{};          ///< The thing in the middle; "" for the event's subject.
  std::vector<Link> from{};  ///< What it came from.
  std::vector<Link> to{};    ///< What came from it.

  bool empty() const { return from.empty() && to.empty(); }
};

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
  /// Goes into the body as its member "lineage"; an event that is read back has it there.
  Lineage lineage{};
};

/// Writes the event in the caller's transaction: the deed and its trace commit together. Gives the event's id
/// (UUIDv7). The sealer gives it its position afterwards.
Result<std::string> Append(sql::Connection& connection, TimeMs now, const Event& event);

}  // namespace cairn::metadata

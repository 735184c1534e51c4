#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "loop/moving/source.h"
#include "loop/moving/tally.h"
#include "loop/registry/registry.h"
#include "loop/tracking/tracking.h"

namespace cairn::moving {

/// What records are brought into. All must outlive the import.
struct Target {
  sql::Database& database;
  const os::Clock& clock;
  tracking::Tracking& tracking;
  tracking::Artifacts& artifacts;
  registry::Registry& registry;
  std::string scratch;  ///< A folder of its own for files on their way; emptied when an import begins.
};

struct ImportRequest {
  std::string where;             ///< As OpenSource takes it.
  std::string artifact_root;     ///< See Origin.
  bool leave_artifacts = false;  ///< Their URIs stay as they are; nothing is copied.
  bool into = false;  ///< Records of an experiment or model whose name is here already go into that one.
  std::string actor;
};

/// How far an import is.
struct Progress {
  std::string doing;  ///< "runs of 'churn'"
  std::int64_t runs = 0, points = 0, files = 0, bytes = 0;
};

/// Brings everything of a source over, comparing each record, read back, with what it was there. What is here
/// already is left as it is, but for what it lacks, so that it can be called again after any end: a second
/// call changes nothing. Gives the report: {"source", "changed", "clean", "mapping": [{"experiment",
/// "source", "here"}], and what Tally::ToJson has}. Appends one event "moving.imported" with the counts and
/// digests, when anything was changed or it is the first to reach its end; each alias that is set has its own
/// as well, with this one's cause. AlreadyExists, before anything is changed, for names that are taken here
/// (see `into`). `tell` is called from any of its threads.
Result<Json> Import(const Target& target, const ImportRequest& request, std::stop_token stop,
                    const std::function<void(const Progress&)>& tell);

}  // namespace cairn::moving

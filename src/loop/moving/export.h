#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/moving/import.h"

namespace cairn::moving {

/// Writes everything into an empty MLflow store and compares it, read back with the reader that imports use.
/// `target`: "sqlite:///file" or "postgresql://…", a database that MLflow itself made (`mlflow db upgrade`)
/// and in which nothing is yet but its experiment Default. Ids, times, steps, tags, versions and aliases
/// stay, and so does what was deleted; but MLflow's tables on PostgreSQL hold ids of experiments in 32 bits,
/// so that longer ones become others there ("mapping" in the report). URIs stay as well: artifacts below
/// "mlflow-artifacts:/" are plain files, and `mlflow server --artifacts-destination` serves them where they
/// are. All or nothing: it is one transaction. Gives the report that Import gives, and "artifacts": the
/// folder. Unsupported for another kind of target or a database whose tables are older than MLflow 3;
/// Conflict when there is something in it; InvalidArgument, naming the record, for a text that is longer than
/// MLflow's column on PostgreSQL takes.
Result<Json> ExportMlflow(const Target& from, const std::string& target);

}  // namespace cairn::moving

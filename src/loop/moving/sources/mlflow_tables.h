#pragma once

#include <memory>
#include <string>

#include "loop/moving/source.h"

namespace cairn::moving {

/// The database of an MLflow server, 2.x or 3.x, only read. Facts about its tables: the dbmodels of
/// mlflow.store.tracking and mlflow.store.model_registry. Unsupported when it holds none. Of `origin` only
/// where artifacts may be counts.
Result<std::unique_ptr<Source>> OpenMlflowTables(const std::string& url, const Origin& origin);

}  // namespace cairn::moving

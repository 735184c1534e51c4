#pragma once

#include "server/mlflow/graphql/document.h"

namespace cairn::mlflow::graphql {

/// MLflow's limits: 10 root fields, 10 aliases on one level, 10 levels, 1000 selections, fragments counted
/// where they are spread. InvalidArgument says which is exceeded, or which fragment spreads itself.
Result<> CheckLimits(const Document& document);

}  // namespace cairn::mlflow::graphql

#pragma once

#include <memory>
#include <string>

#include "ground/sql/database.h"

namespace cairn::sql {

struct PostgresOptions {
  int connections = 16;   ///< Most transactions at a time; further ones wait.
  int wait_ms = 30'000;   ///< How long for, before Unavailable.
  int retry_ms = 10'000;  ///< How long lost races are tried again, before Conflict.
};

/// Opens the database that `url` (postgresql://…) names; see Database::Open.
Result<std::unique_ptr<Database>> OpenPostgres(const std::string& url, const PostgresOptions& options = {});

}  // namespace cairn::sql

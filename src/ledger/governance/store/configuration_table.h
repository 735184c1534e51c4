#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/sql/connection.h"
#include "ledger/governance/configuration.h"

/// Every SQL sentence about accepted configurations.
namespace cairn::governance {

/// Conflict when another one was accepted at the same time.
Result<> InsertConfiguration(sql::Connection& connection, const Configuration& configuration);
/// Newest first; all when `limit` is absent, only the last with this digest when it is given.
Result<std::vector<Configuration>> ConfigurationsIn(sql::Connection& connection,
                                                    std::optional<std::int64_t> limit = {},
                                                    const std::string& digest = "");

}  // namespace cairn::governance

#pragma once

#include <optional>
#include <string>

#include "ground/sql/connection.h"
#include "ledger/governance/retention.h"

/// Every SQL sentence about legal holds.
namespace cairn::governance {

Result<std::optional<Hold>> ReadHold(sql::Connection& connection, const std::string& subject);
Result<> InsertHold(sql::Connection& connection, const Hold& hold);
Result<> EraseHold(sql::Connection& connection, const std::string& subject);

}  // namespace cairn::governance

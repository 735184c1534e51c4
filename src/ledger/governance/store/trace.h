#pragma once

#include <string>

#include "ground/sql/connection.h"
#include "ground/vocabulary/json.h"
#include "ledger/governance/decision.h"

namespace cairn::governance {

/// Appends the event "governance.decision_<step>" about a decision.
Result<> Trace(sql::Connection& connection, TimeMs now, const Decision& decision, const std::string& step,
               const std::string& actor, Json body);

}  // namespace cairn::governance

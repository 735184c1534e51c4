#pragma once

#include <string>
#include <vector>

#include "ledger/governance/decision.h"

/// What stands against a decision whoever signs it.
namespace cairn::governance {

Json RulesJson(const std::vector<Rule>& rules);
/// "the rule 'log_loss' failed (0.61 against 0.6)" for the first that did; "" when all passed.
std::string FailureOf(const std::vector<Rule>& rules);

/// Denied for a failed rule, Conflict unless it is open.
Result<> CheckOpen(const Decision& decision);
/// Denied when it was proposed longer ago than gates.valid_days allows: what was measured long ago says
/// nothing about today.
Result<> CheckInTime(sql::Connection& connection, const Decision& decision, TimeMs now);
/// Denied where nothing may go live.
Result<> CheckRisk(const Authority& authority);

}  // namespace cairn::governance

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "ledger/governance/decision.h"

/// Every SQL sentence about decisions and approvals.
namespace cairn::governance {

Result<> InsertDecision(sql::Connection& connection, const Decision& decision);
Result<> InsertVote(sql::Connection& connection, const std::string& decision, const Vote& vote);
/// The same in the place of one that this person gave before.
Result<> PutVote(sql::Connection& connection, const std::string& decision, const Vote& vote);
/// NotFound when there is none.
Result<Decision> DecisionOf(sql::Connection& connection, const std::string& id);
/// The same, and nobody else changes it until the transaction ends.
Result<Decision> LockedDecision(sql::Connection& connection, const std::string& id);
/// Moves a decision from one of the states `from`; Conflict when it is in none of them any more.
Result<> MoveDecision(sql::Connection& connection, const Decision& decision,
                      std::initializer_list<State> from, State to);
/// Newest first; "" means any.
Result<std::vector<Decision>> DecisionsIn(sql::Connection& connection, std::string_view model,
                                          std::string_view alias, std::string_view action,
                                          std::string_view state, std::int64_t limit);
/// The newest decision about this version that is open, or approved and not carried out; "" for none.
Result<std::string> PendingDecision(sql::Connection& connection, std::string_view model,
                                    std::string_view version);
/// Whether any that is approved or redeemed is about this version under this alias.
Result<bool> AnyAllows(sql::Connection& connection, std::string_view model, std::string_view version,
                       std::string_view alias);

}  // namespace cairn::governance

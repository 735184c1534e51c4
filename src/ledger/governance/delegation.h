#pragma once

#include <string>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/roles.h"

namespace cairn::governance {

/// A role that one person lends to another for a stretch of time: the other may sign about decisions in the
/// giver's stead. It lets nobody accept a configuration or release in an emergency.
struct Delegation {
  std::string from, to;
  Role role = Role::Approver;   ///< Approver or validator: no other role signs about decisions.
  TimeMs begins = 0, ends = 0;  ///< In force from `begins` until before `ends`.
  std::string reason;
  std::string to_key;       ///< The taker's public key: with another one the taker is somebody else.
  std::string from_key{};   ///< The giver's; found when it is given.
  std::string signature{};  ///< The giver's over DelegationStatement.
  TimeMs given_at = 0;
  std::string withdrawn_by{};  ///< "" while nobody has.
  TimeMs withdrawn_at = 0;

  /// SHA-256 of what is signed.
  std::string Id() const;
};
/// Its members, its id, and "standing" at `now`: "in force", "to come", "over" or "withdrawn".
Json ToJson(const Delegation& delegation, TimeMs now);

/// What the giver signs: canonical JSON of {"action": "delegate", "begins", "ends", "from", "reason", "role",
/// "to", "to_key"}.
std::string DelegationStatement(const Delegation& delegation);
/// What ends one early, signed by giver or taker: canonical JSON of {"action": "withdraw_delegation",
/// "delegation"}.
std::string WithdrawalStatement(const std::string& id);

/// All that were ever given, in order, in the caller's transaction.
Result<std::vector<Delegation>> DelegationsIn(sql::Connection& connection);
/// Why it lets the taker sign nothing at `at` under `authority`; "" when it does: it is in force, its
/// signature holds, both are principals with the same keys as then, and the giver has the role.
std::string WhyNot(const Delegation& delegation, const Authority& authority, TimeMs at);

/// Delegations, kept as events alone: "governance.delegation_given" {delegation, from, to, role, begins,
/// ends, reason, to_key, key, signature} and "governance.delegation_withdrawn" {delegation, principal, key,
/// signature}, subject "delegation:<id>". What is refused leaves an event too (refusal.h). Safe from any
/// thread.
class Delegations {
 public:
  static constexpr std::int64_t kLongestMs = 90 * 86'400'000LL;  ///< Longer is a change of roles.

  /// Both must outlive it.
  Delegations(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// `signature` is the giver's, in base64. InvalidArgument: to oneself, without a reason, for no time, more
  /// than kLongestMs or one that is over, or a role that signs nothing. Denied: giver or taker is no
  /// principal of the accepted configuration, the giver has not the role by it (what was lent is not lent
  /// on), the taker has it, or the signature is not the giver's over exactly this. AlreadyExists for the very
  /// same again.
  Result<Delegation> Give(Delegation delegation, const std::string& signature);
  /// What was signed under it before stays signed. NotFound; Denied unless giver or taker signed; Conflict
  /// when it was withdrawn before.
  Result<Delegation> Withdraw(const std::string& id, const Signature& signature);
  /// In order.
  Result<std::vector<Delegation>> List() const;

 private:
  Result<Delegation> GiveOnce(Delegation delegation, const std::string& signature);
  Result<Delegation> WithdrawOnce(const std::string& id, const Signature& signature);

  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::governance

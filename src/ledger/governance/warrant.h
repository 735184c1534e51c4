#pragma once

#include <array>
#include <span>
#include <string>

#include "ledger/governance/decision.h"

namespace cairn::governance {

/// In whose right somebody signs about a decision.
struct Warrant {
  Principal signer;
  std::string giver{};       ///< Whose role it is; "" for the signer's own.
  std::string delegation{};  ///< The id of the one that lends it.
};

inline constexpr std::array kMayApprove{Role::Approver};
inline constexpr std::array kMayReject{Role::Approver, Role::Validator};

/// Denied when the accepted configuration has nobody of that name. As long as `authority`.
Result<const Principal*> PrincipalNamed(const Authority& authority, const std::string& name);
/// The signer's own right by one of `roles`, or another's under the delegation that the signature names.
/// Denied without it.
Result<Warrant> WarrantOf(sql::Connection& connection, const Authority& authority, const Signature& signature,
                          std::span<const Role> roles, TimeMs now);
/// Denied when signer or giver made or proposed it; Conflict when one of them has a part in an approval that
/// is there.
Result<> CheckSeparate(const Decision& decision, const Warrant& warrant);
/// An event's body with the giver and the delegation, where there is one.
Json Under(const Warrant& warrant, Json body);

/// Of the approvals on record, how many hold under `authority`: by their signatures, by people who had the
/// right when they signed and a part neither in the candidate nor in another approval.
Result<std::int64_t> ApprovalsThatHold(sql::Connection& connection, const Decision& decision,
                                       const Authority& authority);
/// Finds for each approval the delegation under which it was given, by its signature.
Result<> NameDelegations(sql::Connection& connection, Decision& decision);

}  // namespace cairn::governance

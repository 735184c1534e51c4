#include "ledger/governance/warrant.h"

#include <algorithm>
#include <set>

#include "ground/crypto/signature.h"
#include "ledger/governance/delegation.h"

namespace cairn::governance {
namespace {

Error Denied(std::string message) { return {Reason::Denied, std::move(message)}; }

bool HasOneOf(const Principal& principal, std::span<const Role> roles) {
  return std::any_of(roles.begin(), roles.end(), [&](Role role) { return principal.Has(role); });
}

std::string Listed(std::span<const Role> roles) {
  std::string list;
  for (const Role role : roles) list += (list.empty() ? "" : " or ") + std::string(NameOf(role));
  return list;
}

const Delegation* DelegationWith(const std::vector<Delegation>& all, const std::string& id) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.Id() == id; });
  return found == all.end() ? nullptr : &*found;
}

/// Everybody who has a part in an approval.
std::vector<std::string> PeopleOf(const std::string& signer, const std::string& giver) {
  std::vector<std::string> people{signer};
  if (!giver.empty()) people.push_back(giver);
  return people;
}

/// Why this person may have no part in the approval of this decision; "" when they may.
std::string WhyPartial(const Decision& decision, const std::string& name) {
  if (name == decision.seen.Text("developer"))
    return "'" + name + "' made this candidate and cannot approve it; another approver must";
  if (name == decision.proposer)
    return "'" + name + "' proposed this decision and cannot approve it; another approver must";
  return "";
}

bool VoteHolds(const Decision& decision, const Vote& vote, const Authority& authority,
               const std::vector<Delegation>& delegations) {
  const Principal* signer = authority.Find(vote.principal);
  if (signer == nullptr) return false;
  if (vote.delegation.empty()) {
    if (!signer->Has(Role::Approver)) return false;
  } else {
    const Delegation* delegation = DelegationWith(delegations, vote.delegation);
    if (delegation == nullptr || delegation->role != Role::Approver) return false;
    if (delegation->to != vote.principal || delegation->from != vote.giver) return false;
    if (!WhyNot(*delegation, authority, vote.at).empty()) return false;
  }
  return crypto::Verify(signer->key, ApprovalStatement(decision, vote.giver, vote.delegation),
                        vote.signature);
}

}  // namespace

Result<const Principal*> PrincipalNamed(const Authority& authority, const std::string& name) {
  const Principal* principal = authority.Find(name);
  if (principal != nullptr) return principal;
  return Denied("'" + name + "' is no principal of the accepted configuration");
}

Result<Warrant> WarrantOf(sql::Connection& connection, const Authority& authority, const Signature& signature,
                          std::span<const Role> roles, TimeMs now) {
  const std::string& name = signature.principal;
  const Principal* signer = CAIRN_TRY(PrincipalNamed(authority, name));
  if (signature.delegation.empty()) {
    if (HasOneOf(*signer, roles)) return Warrant{*signer};
    return Denied("'" + name + "' has not the role " + Listed(roles));
  }
  const auto all = CAIRN_TRY(DelegationsIn(connection));
  const Delegation* delegation = DelegationWith(all, signature.delegation);
  if (delegation == nullptr || delegation->to != name)
    return Denied("there is no such delegation to '" + name + "'");
  if (std::find(roles.begin(), roles.end(), delegation->role) == roles.end())
    return Denied("the delegation to '" + name + "' does not lend the role " + Listed(roles));
  if (const auto why = WhyNot(*delegation, authority, now); !why.empty()) return Denied(why);
  return Warrant{*signer, delegation->from, delegation->Id()};
}

Result<> CheckSeparate(const Decision& decision, const Warrant& warrant) {
  for (const auto& name : PeopleOf(warrant.signer.name, warrant.giver)) {
    if (const auto why = WhyPartial(decision, name); !why.empty()) return Denied(why);
    for (const Vote& vote : decision.votes) {
      if (vote.principal == name || vote.giver == name)
        return Error{Reason::Conflict, "'" + name + "' has approved the decision " + decision.id +
                                           " already, or somebody for them; somebody else must"};
    }
  }
  return Done{};
}

Json Under(const Warrant& warrant, Json body) {
  if (!warrant.delegation.empty()) body.Set("for", warrant.giver).Set("delegation", warrant.delegation);
  return body;
}

Result<std::int64_t> ApprovalsThatHold(sql::Connection& connection, const Decision& decision,
                                       const Authority& authority) {
  const bool delegated = std::any_of(decision.votes.begin(), decision.votes.end(),
                                     [](const Vote& vote) { return !vote.delegation.empty(); });
  std::vector<Delegation> delegations;
  if (delegated) delegations = CAIRN_TRY(DelegationsIn(connection));
  std::set<std::string> counted;
  std::int64_t good = 0;
  for (const Vote& vote : decision.votes) {
    const auto people = PeopleOf(vote.principal, vote.giver);
    const bool free = std::all_of(people.begin(), people.end(), [&](const std::string& name) {
      return WhyPartial(decision, name).empty() && !counted.contains(name);
    });
    if (!free || !VoteHolds(decision, vote, authority, delegations)) continue;
    counted.insert(people.begin(), people.end());
    ++good;
  }
  return good;
}

Result<> NameDelegations(sql::Connection& connection, Decision& decision) {
  if (decision.votes.empty()) return Done{};
  const auto delegations = CAIRN_TRY(DelegationsIn(connection));
  for (Vote& vote : decision.votes) {
    for (const Delegation& delegation : delegations) {
      if (delegation.to != vote.principal) continue;
      const auto statement = ApprovalStatement(decision, delegation.from, delegation.Id());
      if (!crypto::Verify(vote.public_key, statement, vote.signature)) continue;
      vote.giver = delegation.from;
      vote.delegation = delegation.Id();
    }
  }
  return Done{};
}

}  // namespace cairn::governance

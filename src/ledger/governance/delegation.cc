#include "ledger/governance/delegation.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/text.h"
#include "ledger/governance/refusal.h"
#include "ledger/governance/warrant.h"
#include "ledger/metadata/recall.h"

namespace cairn::governance {
namespace {

Error Wrong(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }
Error Denied(std::string message) { return {Reason::Denied, std::move(message)}; }

Delegation DelegationOf(const metadata::LoggedEvent& given) {
  const Json& body = given.event.body;
  Delegation delegation;
  delegation.from = body.Text("from");
  delegation.to = body.Text("to");
  delegation.role = RoleNamed(body.Text("role")).value_or(Role::Auditor);
  delegation.begins = body.Int("begins");
  delegation.ends = body.Int("ends");
  delegation.reason = body.Text("reason");
  delegation.to_key = body.Text("to_key");
  delegation.from_key = body.Text("key");
  delegation.signature = body.Text("signature");
  delegation.given_at = given.at;
  return delegation;
}

Json BodyOf(const Delegation& delegation) {
  return Json{{"delegation", delegation.Id()},    {"from", delegation.from},     {"to", delegation.to},
              {"role", NameOf(delegation.role)},  {"begins", delegation.begins}, {"ends", delegation.ends},
              {"reason", delegation.reason},      {"to_key", delegation.to_key}, {"key", delegation.from_key},
              {"signature", delegation.signature}};
}

Result<> CheckTerms(const Delegation& delegation, TimeMs now) {
  if (delegation.from == delegation.to) return Wrong("nobody can act for themself");
  if (Trim(delegation.reason).empty()) return Wrong("a delegation needs a reason, for who reads it later");
  if (delegation.role != Role::Approver && delegation.role != Role::Validator)
    return Wrong(std::string("the role ") + NameOf(delegation.role) +
                 " signs about no decision; only approver and validator can be given");
  if (delegation.ends <= delegation.begins || delegation.ends <= now)
    return Wrong("a delegation must end after it begins, and later than now");
  if (delegation.ends - delegation.begins > Delegations::kLongestMs)
    return Wrong("a delegation lasts 90 days at most; for longer, change the roles in cairn.yaml");
  return Done{};
}

/// The terms with the keys of both, when these two may agree on them.
Result<> CheckPeople(const Authority& authority, Delegation& delegation) {
  const Principal *giver = CAIRN_TRY(PrincipalNamed(authority, delegation.from)),
                  *taker = CAIRN_TRY(PrincipalNamed(authority, delegation.to));
  const std::string role = NameOf(delegation.role);
  if (!giver->Has(delegation.role))
    return Denied("'" + giver->name + "' has not the role " + role +
                  " by the accepted configuration; what was lent is not lent on");
  if (taker->Has(delegation.role))
    return Denied("'" + taker->name + "' has the role " + role + ": they sign for themself");
  if (taker->key != delegation.to_key)
    return Denied("the delegation is to another key than '" + taker->name + "' has");
  delegation.from_key = giver->key;
  return Done{};
}

}  // namespace

std::string Delegation::Id() const { return crypto::Sha256Hex(DelegationStatement(*this)); }

Json ToJson(const Delegation& delegation, TimeMs now) {
  const char* standing = delegation.withdrawn_at != 0 ? "withdrawn"
                         : now >= delegation.ends     ? "over"
                         : now < delegation.begins    ? "to come"
                                                      : "in force";
  return Json{{"id", delegation.Id()},
              {"from", delegation.from},
              {"to", delegation.to},
              {"role", NameOf(delegation.role)},
              {"begins", delegation.begins},
              {"ends", delegation.ends},
              {"reason", delegation.reason},
              {"to_key", delegation.to_key},
              {"given_at", delegation.given_at},
              {"withdrawn_by", delegation.withdrawn_by},
              {"withdrawn_at", delegation.withdrawn_at == 0 ? Json() : Json(delegation.withdrawn_at)},
              {"standing", standing}};
}

std::string DelegationStatement(const Delegation& delegation) {
  return Json{{"action", "delegate"},
              {"begins", delegation.begins},
              {"ends", delegation.ends},
              {"from", delegation.from},
              {"reason", delegation.reason},
              {"to", delegation.to},
              {"role", NameOf(delegation.role)},
              {"to_key", delegation.to_key}}
      .Canonical();
}

std::string WithdrawalStatement(const std::string& id) {
  return Json{{"action", "withdraw_delegation"}, {"delegation", id}}.Canonical();
}

Result<std::vector<Delegation>> DelegationsIn(sql::Connection& connection) {
  std::vector<Delegation> delegations;
  const auto given = CAIRN_TRY(metadata::EventsIn(connection, "governance.delegation_given"));
  for (const auto& event : given) delegations.push_back(DelegationOf(event));
  if (given.empty()) return delegations;
  const auto withdrawn = CAIRN_TRY(metadata::EventsIn(connection, "governance.delegation_withdrawn"));
  for (const auto& event : withdrawn) {
    const auto found = std::find_if(given.begin(), given.end(), [&](const auto& one) {
      return one.event.subject == event.event.subject;
    });
    if (found == given.end()) continue;
    Delegation& delegation = delegations[static_cast<std::size_t>(found - given.begin())];
    delegation.withdrawn_by = event.event.body.Text("principal");
    delegation.withdrawn_at = event.at;
  }
  return delegations;
}

std::string WhyNot(const Delegation& delegation, const Authority& authority, TimeMs at) {
  const std::string named = "the delegation from '" + delegation.from + "' to '" + delegation.to + "' ";
  if (delegation.withdrawn_at != 0 && at >= delegation.withdrawn_at)
    return named + "was withdrawn by '" + delegation.withdrawn_by + "'";
  if (at < delegation.begins) return named + "begins at " + FormatUtc(delegation.begins);
  if (at >= delegation.ends) return named + "was over at " + FormatUtc(delegation.ends);
  const Principal *giver = authority.Find(delegation.from), *taker = authority.Find(delegation.to);
  if (giver == nullptr || !giver->Has(delegation.role) || giver->key != delegation.from_key)
    return named + "ended: its giver has not the role, or has another key";
  if (taker == nullptr || taker->key != delegation.to_key)
    return named + "ended: its taker is no principal, or has another key";
  if (!crypto::Verify(giver->key, DelegationStatement(delegation), delegation.signature))
    return named + "is not signed by its giver";
  return "";
}

Result<Delegation> Delegations::Give(Delegation delegation, const std::string& signature) {
  const std::string id = delegation.Id(), giver = delegation.from;
  auto given = GiveOnce(std::move(delegation), signature);
  if (given) return given;
  return Recorded(database_, clock_, {"delegate", "delegation:" + id, giver}, given.error());
}

Result<Delegation> Delegations::GiveOnce(Delegation delegation, const std::string& signature) {
  const TimeMs now = clock_.Now();
  CAIRN_TRY(CheckTerms(delegation, now));
  return database_.Transact([&](sql::Connection& connection) -> Result<Delegation> {
    Delegation given = delegation;
    CAIRN_TRY(CheckPeople(CAIRN_TRY(AuthorityIn(connection)), given));
    if (!crypto::Verify(given.from_key, DelegationStatement(given), signature))
      return Denied("the signature is not " + given.from + "'s over exactly this delegation");
    const std::string subject = "delegation:" + given.Id();
    if (!CAIRN_TRY(metadata::EventsIn(connection, "governance.delegation_given", subject)).empty())
      return Error{Reason::AlreadyExists, "exactly this delegation was given before"};
    given.signature = signature;
    given.given_at = now;
    CAIRN_TRY(metadata::Append(connection, now,
                               {"governance.delegation_given", subject, given.from, "", BodyOf(given)}));
    return given;
  });
}

Result<Delegation> Delegations::Withdraw(const std::string& id, const Signature& signature) {
  auto withdrawn = WithdrawOnce(id, signature);
  if (withdrawn) return withdrawn;
  return Recorded(database_, clock_, {"withdraw_delegation", "delegation:" + id, signature.principal},
                  withdrawn.error());
}

Result<Delegation> Delegations::WithdrawOnce(const std::string& id, const Signature& signature) {
  const TimeMs now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<Delegation> {
    auto all = CAIRN_TRY(DelegationsIn(connection));
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.Id() == id; });
    if (found == all.end())
      return Error{Reason::NotFound, "there is no delegation '" + id + "': `cairn delegation list`"};
    if (found->withdrawn_at != 0)
      return Error{Reason::Conflict, "'" + found->withdrawn_by + "' has withdrawn this delegation already"};
    const bool theirs = signature.principal == found->from || signature.principal == found->to;
    if (!theirs)
      return Denied("'" + signature.principal + "' has no part in this delegation: '" + found->from +
                    "' gave it to '" + found->to + "'");
    const std::string& key = signature.principal == found->from ? found->from_key : found->to_key;
    if (!crypto::Verify(key, WithdrawalStatement(id), signature.value))
      return Denied("the signature is not " + signature.principal + "'s over the end of this delegation");
    found->withdrawn_by = signature.principal;
    found->withdrawn_at = now;
    CAIRN_TRY(
        metadata::Append(connection, now,
                         {"governance.delegation_withdrawn", "delegation:" + id, signature.principal, "",
                          Json{{"delegation", id},
                               {"principal", signature.principal},
                               {"key", key},
                               {"signature", signature.value}}}));
    return *found;
  });
}

Result<std::vector<Delegation>> Delegations::List() const { return database_.Read(DelegationsIn); }

}  // namespace cairn::governance

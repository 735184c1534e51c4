#include <array>

#include "ground/crypto/signature.h"
#include "ground/os/identity.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/decision.h"
#include "ledger/governance/emergency.h"
#include "ledger/governance/store/decision_table.h"
#include "ledger/governance/store/trace.h"
#include "ledger/governance/validity.h"
#include "ledger/governance/warrant.h"

namespace cairn::governance {
namespace {

Error Denied(const Decision& decision, const std::string& why) {
  return {Reason::Denied, "the decision " + decision.id + " does not allow this: " + why};
}

bool IsReturn(const Decision& decision) { return decision.seen.Find("promotion") != nullptr; }

Result<> CheckAct(const Decision& decision, const Act& act) {
  const std::array<std::pair<const char*, std::string Act::*>, 4> parts = {
      {{"action", &Act::action}, {"model", &Act::model}, {"version", &Act::version}, {"alias", &Act::alias}}};
  for (const auto& [name, part] : parts) {
    if (decision.act.*part != act.*part) {
      return Denied(decision, "it covers the " + std::string(name) + " '" + decision.act.*part + "', not '" +
                                  act.*part + "'");
    }
  }
  return Done{};
}

/// Whether what the decision saw is still so.
Result<> CheckSeen(const Decision& decision, Json current, const std::string& accepted) {
  if (current.Find("developer") == nullptr && decision.seen.Find("developer") != nullptr) {
    current.Set("developer", decision.seen.At("developer"));
  }
  if (IsReturn(decision)) {
    current.Set("promotion", decision.seen.At("promotion"));
  } else {
    current.Set("configuration", accepted);
  }
  for (const auto& [name, value] : decision.seen.members()) {
    const Json* now = current.Find(name);
    if (now == nullptr)
      return Denied(decision, "it saw " + name + " " + value.Dump() + ", which is not there now");
    if (!(*now == value))
      return Denied(decision, "it saw " + name + " " + value.Dump() + ", which is " + now->Dump() +
                                  " now; have it approved anew");
  }
  for (const auto& [name, value] : current.members()) {
    if (decision.seen.Find(name) == nullptr)
      return Denied(decision, "it did not see " + name + " " + value.Dump());
  }
  return Done{};
}

/// An approval has an age: it lapses, and it cannot lie in the future.
Result<> CheckAge(const Decision& decision, const Vote& vote, std::optional<std::int64_t> valid_ms,
                  TimeMs now) {
  // The clocks of two machines are not quite alike.
  constexpr std::int64_t kSkewMs = 60'000;
  if (vote.at > now + kSkewMs)
    return Denied(decision, vote.principal + " approved it at " + FormatUtc(vote.at) +
                                ", and the clock says " + FormatUtc(now) + ": it was set back");
  if (valid_ms && now - vote.at > *valid_ms)
    return Denied(decision, "the approval of " + vote.principal + " from " + FormatDate(vote.at) +
                                " has lapsed (gates.valid_days); have it approved anew");
  return Done{};
}

/// A release in an emergency stands in for the approvals, when who signed it may do that.
Result<> CheckEmergency(sql::Connection& connection, const Decision& decision, const Authority& authority) {
  const auto accepted = CAIRN_TRY(AcceptedIn(connection));
  const auto rule = CAIRN_TRY(ReadEmergency(CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"))));
  for (const auto& vote : decision.votes) {
    const Principal* releaser = authority.Find(vote.principal);
    const bool holds =
        vote.emergency && releaser != nullptr && rule.Lets(*releaser) &&
        crypto::Verify(releaser->key, EmergencyStatement(decision, decision.emergency), vote.signature);
    if (holds) return Done{};
  }
  return Denied(decision, "nobody who may do that released it in an emergency");
}

/// The record of the approvals must hold by itself: a row set to "approved" by another hand is worth nothing.
Result<> CheckApprovals(sql::Connection& connection, TimeMs now, const Decision& decision,
                        const Authority& authority) {
  if (authority.risk == Risk::Unacceptable)
    return Denied(decision, "the charter's risk class is unacceptable");
  for (const auto& rule : decision.rules) {
    if (!rule.passed) return Denied(decision, "the rule '" + rule.name + "' failed");
  }
  if (IsReturn(decision)) {
    const auto promotion = CAIRN_TRY(DecisionOf(connection, decision.seen.Text("promotion")));
    const bool holds = promotion.state == State::Redeemed && promotion.act.action == "promote" &&
                       promotion.act.model == decision.act.model && promotion.act.alias == decision.act.alias;
    if (!holds) return Denied(decision, "the promotion that it returns from was never carried out");
    return Done{};
  }
  if (decision.authority == Approval::Policy) {
    const bool holds = authority.approval == Approval::Policy && authority.risk != Risk::High;
    if (!holds) return Denied(decision, "the accepted configuration does not let a policy approve");
    const auto policy = CAIRN_TRY(SignedPolicyIn(connection));
    if (!policy || policy->digest != decision.reason)
      return Denied(decision, "no approver has signed the policy that approved it");
    return Done{};
  }
  const auto valid_ms = CAIRN_TRY(ValidityIn(connection));
  for (const auto& vote : decision.votes) CAIRN_TRY(CheckAge(decision, vote, valid_ms, now));
  if (!decision.emergency.empty()) return CheckEmergency(connection, decision, authority);
  const std::int64_t good = CAIRN_TRY(ApprovalsThatHold(connection, decision, authority));
  if (good < authority.RequiredApprovals()) {
    return Denied(decision, std::to_string(good) + " of " + std::to_string(authority.RequiredApprovals()) +
                                " required signatures hold over what it records");
  }
  return Done{};
}

/// A later move of the alias takes away the grounds of the returns approved before it.
Result<> VoidReturns(sql::Connection& connection, TimeMs now, const Decision& redeemed) {
  for (auto& other : CAIRN_TRY(DecisionsIn(connection, redeemed.act.model, redeemed.act.alias, "rollback",
                                           NameOf(State::Approved), 1000))) {
    if (!IsReturn(other)) continue;
    other.reason = "the alias was moved by the decision " + redeemed.id;
    CAIRN_TRY(MoveDecision(connection, other, {State::Approved}, State::Void));
    CAIRN_TRY(Trace(connection, now, other, "voided", "system", Json{{"reason", other.reason}}));
  }
  return Done{};
}

Result<std::string> ApproveReturn(sql::Connection& connection, TimeMs now, const Decision& promotion,
                                  const Redemption& redemption) {
  Decision back;
  back.id = os::NewUuid(now);
  back.act = {"rollback", promotion.act.model, redemption.predecessor, promotion.act.alias};
  back.seen = redemption.predecessor_seen;
  back.seen.Set("promotion", promotion.id);
  back.state = State::Approved;
  back.authority = Approval::Policy;
  back.required = 0;
  back.created_at = now;
  back.proposer = "system";
  back.cause = promotion.cause.empty() ? promotion.id : promotion.cause;
  back.reason = "approved in advance with the promotion " + promotion.id;
  CAIRN_TRY(InsertDecision(connection, back));
  CAIRN_TRY(Trace(
      connection, now, back, "approved", "policy",
      Json{{"principal", "policy"}, {"promotion", promotion.id}, {"seen", back.seen}, {"complete", true}}));
  return back.id;
}

}  // namespace

Result<bool> IsCarriedOut(sql::Connection& connection, const std::string& id, const Act& act) {
  const auto decision = DecisionOf(connection, id);
  if (!decision && decision.error().reason == Reason::NotFound) return false;
  if (!decision) return decision.error();
  return decision->state == State::Redeemed && decision->act == act;
}

Result<std::string> PendingOn(sql::Connection& connection, std::string_view model, std::string_view version) {
  return PendingDecision(connection, model, version);
}

Result<bool> IsAllowed(sql::Connection& connection, std::string_view model, std::string_view version,
                       std::string_view alias) {
  return AnyAllows(connection, model, version, alias);
}

Result<Redeemed> Redeem(sql::Connection& connection, TimeMs now, const Redemption& redemption) {
  Redeemed redeemed{CAIRN_TRY(LockedDecision(connection, redemption.decision)), ""};
  Decision& decision = redeemed.decision;
  if (decision.state == State::Redeemed) {
    return Error{Reason::Conflict,
                 "the decision " + decision.id + " was carried out already; each allows its act once"};
  }
  if (decision.state != State::Approved) {
    return Error{Reason::Conflict,
                 "the decision " + decision.id + " is " + NameOf(decision.state) + ", not approved"};
  }
  CAIRN_TRY(CheckAct(decision, redemption.act));
  const Authority authority = CAIRN_TRY(AuthorityIn(connection));
  CAIRN_TRY(CheckSeen(decision, redemption.seen, CAIRN_TRY(AcceptedIn(connection))->digest));
  CAIRN_TRY(CheckApprovals(connection, now, decision, authority));
  CAIRN_TRY(MoveDecision(connection, decision, {State::Approved}, State::Redeemed));
  decision.state = State::Redeemed;
  CAIRN_TRY(Trace(connection, now, decision, "redeemed", redemption.actor,
                  Json{{"predecessor", redemption.predecessor}}));
  CAIRN_TRY(VoidReturns(connection, now, decision));
  const bool returnable = decision.act.action == "promote" && !redemption.predecessor.empty() &&
                          redemption.predecessor != decision.act.version;
  if (returnable) redeemed.return_decision = CAIRN_TRY(ApproveReturn(connection, now, decision, redemption));
  return redeemed;
}

}  // namespace cairn::governance

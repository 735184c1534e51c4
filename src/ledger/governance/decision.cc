#include "ledger/governance/decision.h"

#include "ground/crypto/signature.h"
#include "ground/os/identity.h"
#include "ledger/governance/grounds.h"
#include "ledger/governance/refusal.h"
#include "ledger/governance/store/decision_table.h"
#include "ledger/governance/store/trace.h"
#include "ledger/governance/validity.h"
#include "ledger/governance/warrant.h"

namespace cairn::governance {
namespace {

Error Denied(std::string message) { return {Reason::Denied, std::move(message)}; }

Result<> CheckProposal(const Proposal& proposal) {
  const Act& act = proposal.act;
  if (act.action.empty() || act.model.empty() || act.version.empty() || act.alias.empty()) {
    return Error{Reason::InvalidArgument, "a decision needs an action, a model, a version and an alias"};
  }
  if (act.action == "promote" && proposal.rules.empty()) {
    return Error{Reason::InvalidArgument, "the promotion of " + act.model + " version " + act.version +
                                              " names no rule: nothing was measured"};
  }
  if (!proposal.seen.IsObject() || proposal.seen.Find("promotion") != nullptr) {
    return Error{Reason::InvalidArgument,
                 "what a decision saw is an object of names and digests, without the name 'promotion'"};
  }
  return Done{};
}

/// The signed policy, when it may approve.
Result<Configuration> PolicyOf(sql::Connection& connection, const Authority& authority) {
  if (authority.approval != Approval::Policy) {
    return Denied("the accepted configuration says 'gates.approval: human': an approver must sign");
  }
  if (authority.risk == Risk::High)
    return Denied("the charter's risk class is high: a policy cannot approve, two approvers must sign");
  CAIRN_TRY(CheckRisk(authority));
  auto policy = CAIRN_TRY(SignedPolicyIn(connection));
  if (policy) return *std::move(policy);
  return Denied(
      "the gates passed, but no approver has signed the policy that would approve: 'cairn apply --sign NAME' "
      "signs the configuration that governs now, and until then an approver must sign the decision");
}

}  // namespace

Result<Decision> Decisions::Propose(const Proposal& proposal) {
  CAIRN_TRY(CheckProposal(proposal));
  const TimeMs now = clock_.Now();
  Decision decision;
  decision.id = os::NewUuid(now);
  decision.act = proposal.act;
  decision.rules = proposal.rules;
  decision.seen = proposal.seen;
  decision.created_at = now;
  decision.proposer = proposal.proposer;
  decision.cause = proposal.cause;
  return database_.Transact([&](sql::Connection& connection) -> Result<Decision> {
    Decision opened = decision;
    const Authority authority = CAIRN_TRY(AuthorityIn(connection));
    const std::string accepted = CAIRN_TRY(AcceptedIn(connection))->digest;
    if (opened.seen.Text("configuration", accepted) != accepted) {
      return Error{
          Reason::Conflict,
          "the candidate was measured under a configuration that does not govern any more; measure it again"};
    }
    opened.seen.Set("configuration", accepted);
    opened.required = authority.RequiredApprovals();
    opened.reason = FailureOf(opened.rules);
    if (!opened.reason.empty()) opened.state = State::Rejected;
    CAIRN_TRY(InsertDecision(connection, opened));
    CAIRN_TRY(Trace(connection, now, opened, "proposed", opened.proposer,
                    Json{{"rules", RulesJson(opened.rules)}, {"seen", opened.seen}}));
    if (opened.state == State::Rejected) {
      CAIRN_TRY(Trace(connection, now, opened, "rejected", "policy", Json{{"reason", opened.reason}}));
    }
    return opened;
  });
}

Result<Decision> Decisions::Approve(const std::string& id, const Signature& signature) {
  const TimeMs now = clock_.Now();
  auto outcome = database_.Transact([&](sql::Connection& connection) -> Result<Decision> {
    Decision decision = CAIRN_TRY(LockedDecision(connection, id));
    CAIRN_TRY(CheckOpen(decision));
    const Authority authority = CAIRN_TRY(AuthorityIn(connection));
    CAIRN_TRY(CheckInTime(connection, decision, now));
    CAIRN_TRY(CheckRisk(authority));
    const Warrant warrant = CAIRN_TRY(WarrantOf(connection, authority, signature, kMayApprove, now));
    CAIRN_TRY(CheckSeparate(decision, warrant));
    const Principal& approver = warrant.signer;
    const auto statement = ApprovalStatement(decision, warrant.giver, warrant.delegation);
    if (!crypto::Verify(approver.key, statement, signature.value)) {
      return Denied("the signature is not " + approver.name + "'s over the decision " + id +
                    " and the digests that it saw");
    }
    decision.votes.push_back(
        {approver.name, approver.key, signature.value, now, warrant.giver, warrant.delegation});
    CAIRN_TRY(InsertVote(connection, id, decision.votes.back()));
    const bool complete = std::cmp_greater_equal(decision.votes.size(), decision.required);
    if (complete) {
      CAIRN_TRY(MoveDecision(connection, decision, {State::Open}, State::Approved));
      decision.state = State::Approved;
    }
    Json body{{"principal", approver.name},
              {"key", approver.key},
              {"signature", signature.value},
              {"complete", complete}};
    CAIRN_TRY(Trace(connection, now, decision, "approved", approver.name, Under(warrant, std::move(body))));
    return decision;
  });
  if (outcome) return outcome;
  return Recorded(database_, clock_, {"approve", "decision:" + id, signature.principal}, outcome.error());
}

Result<Decision> Decisions::ApproveByPolicy(const std::string& id) {
  const TimeMs now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<Decision> {
    Decision decision = CAIRN_TRY(LockedDecision(connection, id));
    CAIRN_TRY(CheckOpen(decision));
    const Configuration policy = CAIRN_TRY(PolicyOf(connection, CAIRN_TRY(AuthorityIn(connection))));
    if (decision.seen.Text("configuration") != CAIRN_TRY(AcceptedIn(connection))->digest) {
      return Error{
          Reason::Conflict,
          "the decision " + id + " rests on a configuration that does not govern any more; propose it again"};
    }
    decision.authority = Approval::Policy;
    decision.reason = policy.digest;
    CAIRN_TRY(MoveDecision(connection, decision, {State::Open}, State::Approved));
    decision.state = State::Approved;
    CAIRN_TRY(Trace(connection, now, decision, "approved", "policy",
                    Json{{"principal", "policy"},
                         {"policy", policy.digest},
                         {"signer", policy.signer},
                         {"complete", true}}));
    return decision;
  });
}

Result<Decision> Decisions::Reject(const std::string& id, const std::string& reason,
                                   const Signature& signature) {
  const TimeMs now = clock_.Now();
  auto outcome = database_.Transact([&](sql::Connection& connection) -> Result<Decision> {
    Decision decision = CAIRN_TRY(LockedDecision(connection, id));
    const Authority authority = CAIRN_TRY(AuthorityIn(connection));
    const Warrant warrant = CAIRN_TRY(WarrantOf(connection, authority, signature, kMayReject, now));
    const Principal& principal = warrant.signer;
    const auto statement = RejectionStatement(decision, reason, warrant.giver, warrant.delegation);
    if (!crypto::Verify(principal.key, statement, signature.value)) {
      return Denied("the signature is not " + principal.name + "'s over the rejection of the decision " + id);
    }
    decision.reason = reason;
    CAIRN_TRY(MoveDecision(connection, decision, {State::Open, State::Approved}, State::Rejected));
    decision.state = State::Rejected;
    Json body{{"principal", principal.name}, {"reason", reason}, {"signature", signature.value}};
    CAIRN_TRY(Trace(connection, now, decision, "rejected", principal.name, Under(warrant, std::move(body))));
    return decision;
  });
  if (outcome) return outcome;
  return Recorded(database_, clock_, {"reject", "decision:" + id, signature.principal}, outcome.error());
}

Result<Decision> Decisions::Void(const std::string& id, const std::string& reason, const std::string& actor) {
  return Close(id, State::Void, reason, actor);
}

Result<Decision> Decisions::Expire(const std::string& id, const std::string& actor) {
  return Close(id, State::Expired, "it waited too long", actor);
}

Result<Decision> Decisions::Close(const std::string& id, State state, const std::string& reason,
                                  const std::string& actor) {
  const TimeMs now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<Decision> {
    Decision decision = CAIRN_TRY(LockedDecision(connection, id));
    decision.reason = reason;
    CAIRN_TRY(MoveDecision(connection, decision, {State::Open, State::Approved}, state));
    decision.state = state;
    CAIRN_TRY(Trace(connection, now, decision, state == State::Void ? "voided" : "expired", actor,
                    Json{{"reason", reason}}));
    return decision;
  });
}

Result<Decision> Decisions::Find(const std::string& id) const {
  return database_.Read([&](sql::Connection& connection) { return DecisionOf(connection, id); });
}

Result<std::vector<Decision>> Decisions::List(std::string_view model, std::string_view state,
                                              std::int64_t limit) const {
  return database_.Read(
      [&](sql::Connection& connection) { return DecisionsIn(connection, model, "", "", state, limit); });
}

Result<Decision> Decisions::ReturnFor(std::string_view model, std::string_view alias) const {
  return database_.Read([&](sql::Connection& connection) -> Result<Decision> {
    for (auto& decision :
         CAIRN_TRY(DecisionsIn(connection, model, alias, "rollback", NameOf(State::Approved), 100))) {
      if (decision.seen.Find("promotion") != nullptr) return std::move(decision);
    }
    return Error{Reason::NotFound,
                 "no return of '" + std::string(alias) + "' of model '" + std::string(model) +
                     "' to its predecessor is approved in advance; propose a rollback and have it approved"};
  });
}

}  // namespace cairn::governance

#include "ground/crypto/signature.h"
#include "ground/vocabulary/text.h"
#include "ledger/governance/decision.h"
#include "ledger/governance/emergency.h"
#include "ledger/governance/grounds.h"
#include "ledger/governance/refusal.h"
#include "ledger/governance/store/decision_table.h"
#include "ledger/governance/warrant.h"
#include "ledger/metadata/event.h"

namespace cairn::governance {
namespace {

Error Denied(std::string message) { return {Reason::Denied, std::move(message)}; }

Result<EmergencyRule> RuleIn(sql::Connection& connection) {
  const auto accepted = CAIRN_TRY(AcceptedIn(connection));
  if (!accepted) return EmergencyRule{};
  return ReadEmergency(CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml")));
}

Result<Principal> ReleaserOf(const Authority& authority, const EmergencyRule& rule, const std::string& name) {
  if (rule.roles.empty())
    return Denied(
        "nobody may release in an emergency: the accepted configuration has no 'gates.emergency' "
        "(roles: [approver], review_days: 3), which an approver can add with 'cairn apply --sign NAME'");
  const Principal* principal = CAIRN_TRY(PrincipalNamed(authority, name));
  if (rule.Lets(*principal)) return *principal;
  std::string roles;
  for (const Role role : rule.roles) roles += (roles.empty() ? "" : " or ") + std::string(NameOf(role));
  return Denied("'" + name + "' may not release in an emergency: that needs the role " + roles);
}

}  // namespace

Result<Decision> Decisions::Release(const std::string& id, const std::string& reason,
                                    const Signature& signature) {
  const TimeMs now = clock_.Now();
  if (Trim(reason).empty())
    return Error{Reason::InvalidArgument, "a release in an emergency needs a reason, for who reviews it"};
  auto outcome = database_.Transact([&](sql::Connection& connection) -> Result<Decision> {
    Decision decision = CAIRN_TRY(LockedDecision(connection, id));
    CAIRN_TRY(CheckOpen(decision));
    const Authority authority = CAIRN_TRY(AuthorityIn(connection));
    CAIRN_TRY(CheckInTime(connection, decision, now));
    CAIRN_TRY(CheckRisk(authority));
    const EmergencyRule rule = CAIRN_TRY(RuleIn(connection));
    const Principal releaser = CAIRN_TRY(ReleaserOf(authority, rule, signature.principal));
    if (!crypto::Verify(releaser.key, EmergencyStatement(decision, reason), signature.value))
      return Denied("the signature is not " + releaser.name +
                    "'s over the emergency release of the decision " + id + " for this reason");
    const bool own = releaser.name == decision.seen.Text("developer") || releaser.name == decision.proposer;
    const auto approvals = static_cast<std::int64_t>(decision.votes.size());
    decision.emergency = reason;
    CAIRN_TRY(PutVote(connection, id, {releaser.name, releaser.key, signature.value, now}));
    CAIRN_TRY(MoveDecision(connection, decision, {State::Open}, State::Approved));
    const std::string cause = decision.cause.empty() ? id : decision.cause;
    CAIRN_TRY(metadata::Append(connection, now,
                               {"governance.emergency_released", "decision:" + id, releaser.name, cause,
                                Json{{"decision", id},
                                     {"action", decision.act.action},
                                     {"model", decision.act.model},
                                     {"version", decision.act.version},
                                     {"alias", decision.act.alias},
                                     {"principal", releaser.name},
                                     {"key", releaser.key},
                                     {"signature", signature.value},
                                     {"reason", reason},
                                     {"approvals", approvals},
                                     {"required", decision.required},
                                     {"own_work", own},
                                     {"review_due", now + rule.review_ms}}}));
    return DecisionOf(connection, id);
  });
  if (outcome) return outcome;
  return Recorded(database_, clock_, {"release", "decision:" + id, signature.principal}, outcome.error());
}

}  // namespace cairn::governance

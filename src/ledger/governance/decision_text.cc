#include "ground/crypto/hash.h"
#include "ledger/governance/decision.h"
#include "ledger/governance/grounds.h"

namespace cairn::governance {
namespace {

Json StatementOf(const Decision& decision) {
  return Json{{"decision", decision.id},
              {"action", decision.act.action},
              {"model", decision.act.model},
              {"version", decision.act.version},
              {"alias", decision.act.alias},
              {"seen", decision.seen},
              {"rules", crypto::Sha256Hex(RulesJson(decision.rules).Canonical())}};
}

Json ActingFor(Json statement, const std::string& giver, const std::string& delegation) {
  if (!delegation.empty()) statement.Set("for", giver).Set("delegation", delegation);
  return statement;
}

const char* AuthorityOf(const Decision& decision) {
  if (!decision.emergency.empty()) return "emergency";
  return decision.authority == Approval::Policy ? "policy" : "human";
}

/// A signature over something else than the decision's own statement says over what.
Json ToJson(const Decision& decision, const Vote& vote) {
  Json json{{"principal", vote.principal},
            {"key", vote.public_key},
            {"signature", vote.signature},
            {"at", vote.at}};
  if (!vote.delegation.empty()) {
    json.Set("for", vote.giver).Set("delegation", vote.delegation);
    json.Set("statement", ApprovalStatement(decision, vote.giver, vote.delegation));
  } else if (vote.emergency) {
    json.Set("emergency", decision.emergency);
    json.Set("statement", EmergencyStatement(decision, decision.emergency));
  }
  return json;
}

}  // namespace

const char* NameOf(State state) {
  switch (state) {
    case State::Open:
      return "open";
    case State::Approved:
      return "approved";
    case State::Rejected:
      return "rejected";
    case State::Expired:
      return "expired";
    case State::Void:
      return "void";
    case State::Redeemed:
      return "redeemed";
  }
  return "open";
}

Json ToJson(const Rule& rule) {
  return Json{{"name", rule.name},
              {"passed", rule.passed},
              {"value", rule.value},
              {"bound", rule.bound},
              {"detail", rule.detail}};
}

Json RulesJson(const std::vector<Rule>& rules) {
  Json list = Json::Array();
  for (const auto& rule : rules) list.Push(ToJson(rule));
  return list;
}

Json ToJson(const Decision& decision) {
  Json votes = Json::Array();
  for (const auto& vote : decision.votes) votes.Push(ToJson(decision, vote));
  return Json{{"id", decision.id},
              {"action", decision.act.action},
              {"model", decision.act.model},
              {"version", decision.act.version},
              {"alias", decision.act.alias},
              {"state", NameOf(decision.state)},
              {"policy", AuthorityOf(decision)},
              {"required", decision.required},
              {"rules", RulesJson(decision.rules)},
              {"seen", decision.seen},
              {"created_at", decision.created_at},
              {"proposer", decision.proposer},
              {"cause", decision.cause},
              {"reason", decision.reason},
              {"approvals", std::move(votes)}};
}

std::string ApprovalStatement(const Decision& decision, const std::string& giver,
                              const std::string& delegation) {
  return ActingFor(StatementOf(decision), giver, delegation).Canonical();
}

std::string RejectionStatement(const Decision& decision, const std::string& reason, const std::string& giver,
                               const std::string& delegation) {
  return ActingFor(StatementOf(decision), giver, delegation).Set("reject", reason).Canonical();
}

std::string EmergencyStatement(const Decision& decision, const std::string& reason) {
  return StatementOf(decision).Set("emergency", reason).Canonical();
}

}  // namespace cairn::governance

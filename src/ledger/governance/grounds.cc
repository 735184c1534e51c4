#include "ledger/governance/grounds.h"

#include "ledger/governance/validity.h"

namespace cairn::governance {

std::string FailureOf(const std::vector<Rule>& rules) {
  for (const auto& rule : rules) {
    if (!rule.passed)
      return "the rule '" + rule.name + "' failed (" + rule.value.Dump() + " against " + rule.bound.Dump() +
             ")";
  }
  return "";
}

Result<> CheckOpen(const Decision& decision) {
  if (const auto failure = FailureOf(decision.rules); !failure.empty()) {
    return Error{Reason::Denied, "the decision " + decision.id + " cannot be approved: " + failure +
                                     "; improve the candidate and propose it again"};
  }
  if (decision.state != State::Open) {
    return Error{Reason::Conflict,
                 "the decision " + decision.id + " is " + NameOf(decision.state) + ", not open"};
  }
  return Done{};
}

Result<> CheckInTime(sql::Connection& connection, const Decision& decision, TimeMs now) {
  const auto valid_ms = CAIRN_TRY(ValidityIn(connection));
  if (!valid_ms || now - decision.created_at <= *valid_ms) return Done{};
  return Error{Reason::Denied,
               "the decision " + decision.id + " was proposed on " + FormatDate(decision.created_at) +
                   ", longer ago than gates.valid_days allows; have the candidate measured again"};
}

Result<> CheckRisk(const Authority& authority) {
  if (authority.risk != Risk::Unacceptable) return Done{};
  return Error{Reason::Denied, "the charter's risk class is unacceptable: nothing may go live"};
}

}  // namespace cairn::governance

#include "ledger/governance/store/trace.h"

#include "ledger/metadata/event.h"

namespace cairn::governance {

Result<> Trace(sql::Connection& connection, TimeMs now, const Decision& decision, const std::string& step,
               const std::string& actor, Json body) {
  body.Set("decision", decision.id).Set("action", decision.act.action).Set("model", decision.act.model);
  body.Set("version", decision.act.version).Set("alias", decision.act.alias);
  const std::string cause = decision.cause.empty() ? decision.id : decision.cause;
  CAIRN_TRY(metadata::Append(
      connection, now,
      {"governance.decision_" + step, "decision:" + decision.id, actor, cause, std::move(body)}));
  return Done{};
}

}  // namespace cairn::governance

#include "ledger/governance/store/trace.h"

#include "ground/vocabulary/digest.h"
#include "ledger/metadata/event.h"

namespace cairn::governance {
namespace {

/// What a decision rests on: the version it is about, and each digest that it saw.
std::vector<metadata::Lineage::Link> Ground(const Decision& decision) {
  std::vector<metadata::Lineage::Link> ground{
      {"model:" + decision.act.model + "/" + decision.act.version, "candidate"}};
  for (const auto& [name, value] : decision.seen.members()) {
    if (!value.IsString() || !IsHex(value.AsString(), 64)) continue;
    ground.push_back({(name == "configuration" ? "configuration:" : "sha256:") + value.AsString(), name});
  }
  return ground;
}

}  // namespace

Result<> Trace(sql::Connection& connection, TimeMs now, const Decision& decision, const std::string& step,
               const std::string& actor, Json body) {
  body.Set("decision", decision.id).Set("action", decision.act.action).Set("model", decision.act.model);
  body.Set("version", decision.act.version).Set("alias", decision.act.alias);
  const std::string cause = decision.cause.empty() ? decision.id : decision.cause;
  const std::string promotion = body.Text("promotion");
  metadata::Event event{"governance.decision_" + step, "decision:" + decision.id, actor, cause,
                        std::move(body)};
  if (step == "proposed") event.lineage.from = Ground(decision);
  if (step == "approved" && !promotion.empty())
    event.lineage.from = {{"decision:" + promotion, "allowed in advance"}};
  CAIRN_TRY(metadata::Append(connection, now, event));
  return Done{};
}

}  // namespace cairn::governance

#include <limits>

#include "ledger/metadata/log.h"
#include "loop/registry/registry.h"
#include "loop/registry/tables/model_table.h"

namespace cairn::registry {
namespace {

/// What the log says of the last move of an alias: the event's body; null when it was never moved.
Result<Json> LastMove(sql::Database& database, std::string_view model, std::string_view alias) {
  metadata::EventFilter filter;
  filter.kind = "registry.alias_moved";
  filter.subject = "model:" + std::string(model);
  filter.order = metadata::EventFilter::Order::NewestFirst;
  // It is nearly always among the newest; other aliases of the model may have moved more often.
  for (const std::int64_t limit : {std::int64_t{50}, std::numeric_limits<std::int64_t>::max()}) {
    filter.limit = limit;
    const auto moves = CAIRN_TRY(metadata::Log(database).Read(filter));
    for (const auto& logged : moves) {
      if (logged.event.body.Text("alias") == alias) return logged.event.body;
    }
    if (static_cast<std::int64_t>(moves.size()) < limit) break;
  }
  return Json();
}

}  // namespace

Result<Standing> Registry::StandingOf(std::string_view model) const {
  const auto found = FindModel(model);
  if (!found && found.error().reason == Reason::NotFound) return Standing();
  if (!found) return found.error();
  const Guard guarded = CAIRN_TRY(guard());
  Standing standing;
  for (const auto& alias : found->aliases) {
    if (alias.name == guarded.alias) standing.version = alias.version;
  }
  if (standing.version == 0) return standing;
  // The log has the last word: what the table says without it was written by another hand.
  const Json move = CAIRN_TRY(LastMove(database_, model, guarded.alias));
  const std::string version = std::to_string(standing.version), decision = move.Text("decision");
  if (move.Text("version") != version) return standing;
  const bool covered = CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<bool> {
    for (const char* action : {"promote", "rollback"}) {
      const governance::Act act{action, std::string(model), version, guarded.alias};
      if (CAIRN_TRY(governance::IsCarriedOut(connection, decision, act))) return true;
    }
    return false;
  }));
  if (covered) standing.decision = decision;
  return standing;
}

Result<> Registry::AllowAnswering(std::string_view model, std::int64_t version) const {
  return database_.Read([&](sql::Connection& connection) -> Result<> {
    const Guard guarded = CAIRN_TRY(guard_(connection));
    if (guarded.model.empty() || guarded.model != model) return {};
    const std::string number = std::to_string(version);
    if (CAIRN_TRY(governance::IsAllowed(connection, model, number, guarded.alias))) return {};
    const std::string name(model);
    return Error{Reason::Denied, "Version " + number + " of model '" + name +
                                     "' may not answer: no decision has let it. `cairn model consider " +
                                     name + " " + number +
                                     "` examines it; once it is approved (`cairn model approve`) it may."};
  });
}

}  // namespace cairn::registry

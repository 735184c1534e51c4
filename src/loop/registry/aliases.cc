#include <map>
#include <utility>

#include "ground/vocabulary/text.h"
#include "ledger/metadata/log.h"
#include "loop/registry/registry.h"
#include "loop/registry/rules/guard.h"
#include "loop/registry/rules/names.h"
#include "loop/registry/rules/refused.h"
#include "loop/registry/tables/model_table.h"
#include "loop/registry/tables/trace.h"
#include "loop/registry/tables/version_table.h"

namespace cairn::registry {
namespace {

std::string NumberOrNone(std::int64_t version) { return version == 0 ? "" : std::to_string(version); }

Json AliasRow(std::string_view model, std::string_view alias, std::string_view version) {
  return Json{{"model", model}, {"alias", alias}, {"version", version}};
}

Result<Json> StoredAliases(sql::Database& database) {
  const auto standing =
      CAIRN_TRY(database.Read([](sql::Connection& connection) { return AllAliases(connection); }));
  Json rows = Json::Array();
  for (const auto& one : standing)
    rows.Push(AliasRow(one.model, one.alias.name, std::to_string(one.alias.version)));
  return rows;
}

Result<Json> RecomputedAliases(sql::Database& database) {
  std::map<std::pair<std::string, std::string>, std::string> standing;
  for (auto& move : CAIRN_TRY(metadata::Log(database).AliasHistory("", ""))) {
    const auto key = std::pair(move.model, move.alias);
    if (move.version.empty()) {
      standing.erase(key);
    } else {
      standing.insert_or_assign(key, std::move(move.version));
    }
  }
  Json rows = Json::Array();
  for (const auto& [key, version] : standing) rows.Push(AliasRow(key.first, key.second, version));
  return rows;
}

/// The version that a return would lead to, and what it must see again.
Result<> NoteReturn(sql::Connection& connection, const Standing& standing, std::int64_t previous,
                    governance::Redemption& redemption) {
  if (!standing.IsCovered() || standing.version != previous) return {};
  redemption.predecessor = NumberOrNone(previous);
  const auto version = CAIRN_TRY(ReadVersion(connection, redemption.act.model, previous)).version;
  redemption.predecessor_seen = Json{{"manifest", version.manifest}};
  return {};
}

Result<> CheckBound(const Guard& guard, const governance::Act& act) {
  if (guard.model == act.model && guard.alias == act.alias) return {};
  return Error{Reason::Conflict, "The accepted configuration binds the alias '" + guard.alias +
                                     "' of model '" + guard.model + "', not '" + act.alias + "' of '" +
                                     act.model + "'; other aliases are set without a decision."};
}

}  // namespace

Result<> Registry::SetAlias(std::string_view model, std::string_view alias, std::int64_t version,
                            std::string_view actor) {
  CAIRN_TRY(CheckAlias(alias));
  const auto now = clock_.Now();
  return OrRecorded(database_, clock_, database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto stored = CAIRN_TRY(ReadVersion(connection, model, version));
    CAIRN_TRY(AllowAlias(CAIRN_TRY(guard_(connection)), model, alias));
    const auto previous = CAIRN_TRY(AliasTarget(connection, stored.model_key, alias));
    CAIRN_TRY(UpsertAlias(connection, stored.model_key, {std::string(alias), version}));
    return TraceAlias(connection, now,
                      {std::string(model), std::string(alias), version, previous, std::string(actor)});
  }),
                    "move_alias", model, actor);
}

Result<> Registry::DeleteAlias(std::string_view model, std::string_view alias, std::string_view actor) {
  CAIRN_TRY(CheckAliasForm(alias));
  const auto now = clock_.Now();
  return OrRecorded(database_, clock_, database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto id = CAIRN_TRY(ReadModel(connection, model)).id;
    CAIRN_TRY(AllowAlias(CAIRN_TRY(guard_(connection)), model, alias));
    const auto previous = CAIRN_TRY(AliasTarget(connection, id, alias));
    if (previous == 0) return {};
    CAIRN_TRY(EraseAlias(connection, id, alias));
    return TraceAlias(connection, now,
                      {std::string(model), std::string(alias), 0, previous, std::string(actor)});
  }),
                    "delete_alias", model, actor);
}

Result<ModelVersion> Registry::FindByAlias(std::string_view model, std::string_view alias) const {
  return database_.Read([&](sql::Connection& connection) -> Result<ModelVersion> {
    CAIRN_TRY(CheckAliasForm(alias));
    const auto id = CAIRN_TRY(ReadModel(connection, model)).id;
    if (EqualsIgnoringCase(alias, "latest")) return CAIRN_TRY(ReadNewestVersion(connection, model)).version;
    const auto version = CAIRN_TRY(AliasTarget(connection, id, alias));
    if (version != 0) return CAIRN_TRY(ReadVersion(connection, model, version)).version;
    return Error{Reason::InvalidArgument, "Registered model alias " + std::string(alias) + " not found."};
  });
}

Result<std::string> Registry::MoveGuarded(const governance::Act& act, std::string_view decision,
                                          const Json& seen, std::string_view actor, std::string_view cause) {
  const auto number = CAIRN_TRY(ParseInt(act.version));
  const auto verified = CAIRN_TRY(Find(act.model, number));
  CAIRN_TRY(Verify(verified));
  const auto standing = CAIRN_TRY(StandingOf(act.model));
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<std::string> {
    CAIRN_TRY(CheckBound(CAIRN_TRY(guard_(connection)), act));
    const auto stored = CAIRN_TRY(ReadVersion(connection, act.model, number));
    const auto previous = CAIRN_TRY(AliasTarget(connection, stored.model_key, act.alias));
    governance::Redemption redemption;
    redemption.decision = decision;
    redemption.act = act;
    redemption.seen = seen;
    redemption.seen.Set("manifest", verified.manifest);
    redemption.actor = actor;
    CAIRN_TRY(NoteReturn(connection, standing, previous, redemption));
    if (stored.version.manifest != verified.manifest) {
      return Error{Reason::Conflict, "Version " + act.version + " of model '" + act.model +
                                         "' changed while it was verified; try again."};
    }
    auto redeemed = CAIRN_TRY(governance::Redeem(connection, now, redemption));
    CAIRN_TRY(UpsertAlias(connection, stored.model_key, {act.alias, number}));
    CAIRN_TRY(TraceAlias(connection, now,
                         {act.model, act.alias, number, previous, std::string(actor), std::string(decision),
                          std::string(cause)}));
    return std::move(redeemed.return_decision);
  });
}

metadata::DerivedTable Registry::AliasTable() const {
  auto& database = database_;
  return {"model_alias", [&database] { return StoredAliases(database); },
          [&database] { return RecomputedAliases(database); }};
}

}  // namespace cairn::registry

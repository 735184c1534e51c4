#include <utility>

#include "ground/os/identity.h"
#include "ledger/metadata/event.h"
#include "loop/registry/registry.h"
#include "loop/registry/rules/guard.h"
#include "loop/registry/rules/names.h"
#include "loop/registry/rules/refused.h"
#include "loop/registry/rules/retention.h"
#include "loop/registry/tables/model_table.h"
#include "loop/registry/tables/trace.h"
#include "loop/registry/tables/version_table.h"
#include "loop/registry/webhooks/announcement.h"

namespace cairn::registry {
namespace {

Result<RegisteredModel> WithRecords(sql::Connection& connection, StoredModel stored) {
  CAIRN_TRY(ReadModelRecords(connection, std::span(&stored, 1)));
  return std::move(stored.model);
}

/// Whether the model has what would be production under the bound name.
Result<bool> CarriesProduction(sql::Connection& connection, const Guard& guard, const std::string& id) {
  if (CAIRN_TRY(AliasTarget(connection, id, guard.alias)) != 0) return true;
  return AnyInStage(connection, id, kProductionStage);
}

/// What a hold or a decision is about keeps its name and its record.
Result<> AllowVanishing(sql::Connection& connection, const std::string& name) {
  CAIRN_TRY(AllowRelease(connection, name));
  auto why = CAIRN_TRY(WhyDecided(connection, name, ""));
  if (!why.empty()) return Error{Reason::Denied, std::move(why)};
  return {};
}

}  // namespace

Result<RegisteredModel> Registry::Create(std::string_view name, const std::vector<Tag>& tags,
                                         std::string_view description, std::string_view actor) {
  CAIRN_TRY(CheckName(name, "name"));
  for (const auto& tag : tags) CAIRN_TRY(CheckTag(tag));
  StoredModel stored;
  const auto now = clock_.Now();
  stored.id = os::NewUuid(now);
  stored.model = {std::string(name), std::string(description), {}, {}, now, now};
  return database_.Transact([&](sql::Connection& connection) -> Result<RegisteredModel> {
    CAIRN_TRY(InsertModel(connection, stored));
    for (const auto& tag : tags) CAIRN_TRY(UpsertModelTag(connection, stored.id, tag));
    CAIRN_TRY(
        Trace(connection, now, {"model_created", stored.model.name, std::string(actor)}, Json::Object()));
    return WithRecords(connection, stored);
  });
}

Result<RegisteredModel> Registry::FindModel(std::string_view name) const {
  return database_.Read([&](sql::Connection& connection) -> Result<RegisteredModel> {
    return WithRecords(connection, CAIRN_TRY(ReadModel(connection, name)));
  });
}

Result<RegisteredModel> Registry::Describe(std::string_view name, std::string_view description) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<RegisteredModel> {
    auto stored = CAIRN_TRY(ReadModel(connection, name));
    stored.model.description = description;
    stored.model.updated_ms = now;
    CAIRN_TRY(UpdateModel(connection, stored));
    return WithRecords(connection, std::move(stored));
  });
}

Result<RegisteredModel> Registry::Rename(std::string_view name, std::string_view new_name,
                                         std::string_view actor) {
  CAIRN_TRY(CheckName(new_name, "new_name"));
  const auto now = clock_.Now();
  return OrRecorded(
      database_, clock_, database_.Transact([&](sql::Connection& connection) -> Result<RegisteredModel> {
        auto stored = CAIRN_TRY(ReadModel(connection, name));
        const auto guard = CAIRN_TRY(guard_(connection));
        CAIRN_TRY(
            AllowRenaming(guard, name, new_name, CAIRN_TRY(CarriesProduction(connection, guard, stored.id))));
        if (name != new_name) CAIRN_TRY(AllowVanishing(connection, stored.model.name));
        const auto aliases = CAIRN_TRY(ReadAliases(connection, stored.id));
        stored.model.name = new_name;
        stored.model.updated_ms = now;
        CAIRN_TRY(UpdateModel(connection, stored));
        CAIRN_TRY(TouchVersions(connection, stored.id, now));
        CAIRN_TRY(Trace(connection, now, {"model_renamed", std::string(new_name), std::string(actor)},
                        Json{{"previous", name}}));
        // An alias belongs to a name: under the old one it ends, under the new one it begins.
        for (const auto& alias : aliases) {
          CAIRN_TRY(TraceAlias(connection, now,
                               {std::string(name), alias.name, 0, alias.version, std::string(actor)}));
          CAIRN_TRY(TraceAlias(connection, now,
                               {std::string(new_name), alias.name, alias.version, 0, std::string(actor)}));
        }
        return WithRecords(connection, std::move(stored));
      }),
      "rename_model", name, actor);
}

Result<> Registry::DeleteModel(std::string_view name, std::string_view actor) {
  const auto now = clock_.Now();
  return OrRecorded(database_, clock_, database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto stored = CAIRN_TRY(ReadModel(connection, name));
    CAIRN_TRY(AllowDeletion(CAIRN_TRY(guard_(connection)), name));
    CAIRN_TRY(AllowVanishing(connection, stored.model.name));
    for (const auto& alias : CAIRN_TRY(ReadAliases(connection, stored.id))) {
      CAIRN_TRY(
          TraceAlias(connection, now, {std::string(name), alias.name, 0, alias.version, std::string(actor)}));
    }
    CAIRN_TRY(EraseModel(connection, stored.id));
    return Trace(connection, now, {"model_deleted", std::string(name), std::string(actor)}, Json::Object());
  }),
                    "delete_model", name, actor);
}

Result<> Registry::SetTag(std::string_view model, const Tag& tag) {
  CAIRN_TRY(CheckTag(tag));
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(UpsertModelTag(connection, CAIRN_TRY(ReadModel(connection, model)).id, tag));
    return AnnounceModelTag(connection, now, model, tag.first, tag.second);
  });
}

Result<> Registry::DeleteTag(std::string_view model, std::string_view key) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(EraseModelTag(connection, CAIRN_TRY(ReadModel(connection, model)).id, key));
    return AnnounceModelTag(connection, now, model, key, std::nullopt);
  });
}

}  // namespace cairn::registry

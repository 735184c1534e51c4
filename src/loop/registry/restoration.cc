#include "loop/registry/restoration.h"

#include <algorithm>
#include <utility>

#include "ground/os/identity.h"
#include "loop/registry/rules/guard.h"
#include "loop/registry/rules/names.h"
#include "loop/registry/tables/model_table.h"
#include "loop/registry/tables/trace.h"
#include "loop/registry/tables/version_table.h"

namespace cairn::registry {
namespace {

Result<> InsertNumbered(sql::Connection& connection, const std::string& key, const ModelVersion& v,
                        bool deleted) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO model_version (model, version, source, storage, location, run_id, model_id, run_link, "
      "description, stage, manifest, created_by, deleted, created_ms, updated_ms, cause, pipeline_run, data) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
      {key, v.version, v.source, v.storage, v.location, v.run_id, v.model_id, v.run_link, v.description,
       v.stage, v.manifest, v.created_by, deleted, v.created_ms, v.updated_ms, v.cause, v.pipeline_run,
       v.data}));
  return {};
}

Result<bool> IsTaken(sql::Connection& connection, const std::string& key, std::int64_t number) {
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT version FROM model_version WHERE model = $1 AND version = $2", {key, number}));
  return !rows.empty();
}

/// What stays of a deleted version.
ModelVersion Bare(const ModelVersion& version) {
  ModelVersion bare;
  bare.model = version.model;
  bare.version = version.version;
  bare.stage = "";
  bare.created_ms = version.created_ms;
  bare.updated_ms = version.updated_ms;
  return bare;
}

Result<Manifest> ManifestAt(const tracking::Artifacts& artifacts, const std::string& location) {
  if (location.empty()) return Manifest();
  const auto folder = artifacts.FolderAt(location);
  auto taken = folder ? TakeManifest(*folder) : Result<Manifest>(folder.error());
  if (!taken && taken.error().reason == Reason::NotFound) return Manifest();
  return taken;
}

}  // namespace

Restoration::Restoration(sql::Database& database, const os::Clock& clock, tracking::Artifacts& artifacts,
                         std::function<Result<Guard>(sql::Connection&)> guard)
    : database_(database), clock_(clock), artifacts_(artifacts), guard_(std::move(guard)) {}

Result<> Restoration::Restore(const RegisteredModel& wanted) {
  CAIRN_TRY(CheckName(wanted.name, "name"));
  StoredModel fresh{os::NewUuid(clock_.Now()), wanted};
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto stored = ReadModel(connection, wanted.name);
    if (!stored && stored.error().reason != Reason::NotFound) return std::move(stored).error();
    StoredModel here = fresh;
    if (stored) {
      here = *std::move(stored);
      CAIRN_TRY(ReadModelRecords(connection, std::span(&here, 1)));
    } else {
      here.model.tags.clear();
      CAIRN_TRY(InsertModel(connection, here));
    }
    const auto& tags = here.model.tags;
    for (const auto& tag : wanted.tags) {
      const bool has =
          std::any_of(tags.begin(), tags.end(), [&](const Tag& one) { return one.first == tag.first; });
      if (!has) CAIRN_TRY(UpsertModelTag(connection, here.id, tag));
    }
    return {};
  });
}

Result<> Restoration::Restore(const ModelVersion& wanted, bool deleted) {
  ModelVersion version = deleted ? Bare(wanted) : wanted;
  const auto manifest = CAIRN_TRY(ManifestAt(artifacts_, version.location));
  if (!manifest.files.empty()) version.manifest = manifest.Digest();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto key = CAIRN_TRY(ReadModel(connection, version.model)).id;
    if (CAIRN_TRY(IsTaken(connection, key, version.version))) return {};
    auto allowed = version;
    if (allowed.stage == kProductionStage && CAIRN_TRY(guard_(connection)).model == allowed.model)
      allowed.stage = "None";
    CAIRN_TRY(InsertNumbered(connection, key, allowed, deleted));
    if (!allowed.manifest.empty()) CAIRN_TRY(InsertManifest(connection, manifest));
    const StoredVersion stored{key, allowed};
    for (const auto& tag : allowed.tags) CAIRN_TRY(UpsertVersionTag(connection, stored, tag));
    return {};
  });
}

Result<Restoration::Outcome> Restoration::RestoreAlias(const std::string& model, const Alias& alias,
                                                       const std::string& actor, const std::string& cause) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<Outcome> {
    const auto key = CAIRN_TRY(ReadModel(connection, model)).id;
    const auto target = CAIRN_TRY(AliasTarget(connection, key, alias.name));
    if (target == alias.version) return Outcome::WasSet;
    if (!AllowAlias(CAIRN_TRY(guard_(connection)), model, alias.name)) return Outcome::Guarded;
    if (target != 0) return Outcome::Elsewhere;
    CAIRN_TRY(ReadVersion(connection, model, alias.version));
    CAIRN_TRY(UpsertAlias(connection, key, alias));
    CAIRN_TRY(TraceAlias(connection, now, {model, alias.name, alias.version, 0, actor, "", cause}));
    return Outcome::Set;
  });
}

}  // namespace cairn::registry

#include <utility>

#include "ledger/governance/decision.h"
#include "loop/registry/registry.h"
#include "loop/registry/rules/guard.h"
#include "loop/registry/rules/names.h"
#include "loop/registry/rules/refused.h"
#include "loop/registry/rules/retention.h"
#include "loop/registry/rules/source.h"
#include "loop/registry/tables/model_table.h"
#include "loop/registry/tables/trace.h"
#include "loop/registry/tables/version_table.h"
#include "loop/registry/webhooks/announcement.h"
#include "loop/tracking/deletion.h"
#include "loop/tracking/provenance.h"
#include "loop/tracking/registrations.h"

namespace cairn::registry {
namespace {

/// The digests of what lies at `location` now; no files when nothing does.
Result<Manifest> TakeIfThere(const tracking::Artifacts& artifacts, const std::string& location) {
  if (location.empty()) return Manifest();
  const auto folder = artifacts.FolderAt(location);
  auto taken = folder ? TakeManifest(*folder, crypto::Kinds::Md5AndSha256) : Result<Manifest>(folder.error());
  if (!taken && taken.error().reason == Reason::NotFound) return Manifest();
  return taken;
}

/// A deed on a version also moves the time of its model.
Result<> TouchModel(sql::Connection& connection, std::string_view name, TimeMs now) {
  auto stored = CAIRN_TRY(ReadModel(connection, name));
  stored.model.updated_ms = now;
  return UpdateModel(connection, stored);
}

Result<ModelVersion> Public(Result<StoredVersion> stored) {
  if (!stored) return std::move(stored).error();
  return std::move(stored->version);
}

/// Between looking at the source and this transaction, somebody may have erased it.
Result<> CheckStillThere(sql::Connection& connection, const NewVersion& wanted, const Origin::Found& found) {
  const auto gone = [&](const std::string& what) {
    return Error{Reason::Conflict, "The " + what + " that '" + wanted.source +
                                       "' names was erased while it was being registered; register another."};
  };
  for (const auto& id : found.models) {
    if (CAIRN_TRY(tracking::DoomedModel(connection, id)).models.empty()) return gone("logged model " + id);
  }
  for (const auto& id : found.runs) {
    const auto run = tracking::DoomedRuns(connection, std::span(&id, 1));
    if (!run && run.error().reason == Reason::NotFound) return gone("run " + id);
    if (!run) return run.error();
  }
  return {};
}

/// Beyond so many files the manifest's digest alone speaks for them.
constexpr std::size_t kMostLinkedFiles = 200;

/// The run or logged model that it comes from, and its files.
std::vector<metadata::Lineage::Link> MadeFrom(const ModelVersion& version, const Manifest& manifest) {
  std::vector<metadata::Lineage::Link> from;
  if (!version.run_id.empty()) from.push_back({"run:" + version.run_id, "run"});
  if (!version.model_id.empty()) from.push_back({"logged_model:" + version.model_id, "logged model"});
  if (manifest.files.size() > kMostLinkedFiles) return from;
  for (const auto& file : manifest.files) {
    from.push_back({"sha256:" + file.sha256, file.path});
    if (!file.md5.empty()) from.push_back({"md5:" + file.md5, file.path});
  }
  return from;
}

/// What the run says that the version comes from. A run that is not here says nothing.
Result<tracking::Provenance> ProvenanceOf(const tracking::Runs& runs, const std::string& run_id) {
  if (run_id.empty()) return tracking::Provenance();
  const auto run = runs.Find(run_id);
  if (!run && run.error().reason == Reason::NotFound) return tracking::Provenance();
  if (!run) return run.error();
  return tracking::ProvenanceOf(*run);
}

ModelVersion VersionOf(const NewVersion& wanted, Origin origin, tracking::Provenance provenance, TimeMs now) {
  ModelVersion version;
  version.model = wanted.model;
  version.source = std::move(origin.source);
  version.storage = std::move(origin.storage);
  version.location = std::move(origin.location);
  version.run_id = std::move(origin.run_id);
  version.model_id = std::move(origin.model_id);
  version.run_link = wanted.run_link;
  version.description = wanted.description;
  version.created_by = provenance.maker.empty() ? wanted.actor : provenance.maker;
  version.cause = provenance.cause.empty() ? wanted.cause : provenance.cause;
  version.pipeline_run = std::move(provenance.pipeline_run);
  version.data = std::move(provenance.data);
  version.created_ms = version.updated_ms = now;
  return version;
}

}  // namespace

Result<ModelVersion> Registry::Add(const NewVersion& wanted) {
  CAIRN_TRY(CheckName(wanted.model, "name"));
  for (const auto& tag : wanted.tags) CAIRN_TRY(CheckTag(tag));
  CAIRN_TRY(FindModel(wanted.model));
  auto origin = CAIRN_TRY(ResolveSource({*this, logged_models_, runs_, artifacts_}, wanted));
  const auto manifest = CAIRN_TRY(TakeIfThere(artifacts_, origin.location));
  const auto now = clock_.Now();
  const auto found = std::move(origin.found);
  auto provenance = CAIRN_TRY(ProvenanceOf(runs_, origin.run_id));
  auto version = VersionOf(wanted, std::move(origin), std::move(provenance), now);
  if (!manifest.files.empty()) version.manifest = manifest.Digest();
  return database_.Transact([&](sql::Connection& connection) -> Result<ModelVersion> {
    CAIRN_TRY(CheckStillThere(connection, wanted, found));
    StoredVersion stored{CAIRN_TRY(ReadModel(connection, wanted.model)).id, version};
    CAIRN_TRY(InsertVersion(connection, stored));
    if (!version.manifest.empty()) CAIRN_TRY(InsertManifest(connection, manifest));
    for (const auto& tag : wanted.tags) CAIRN_TRY(UpsertVersionTag(connection, stored, tag));
    CAIRN_TRY(TouchModel(connection, wanted.model, now));
    const auto number = stored.version.version;
    if (!version.model_id.empty()) {
      CAIRN_TRY(tracking::NoteRegistration(connection, version.model_id, wanted.model, number));
    }
    CAIRN_TRY(Trace(connection, now,
                    {"version_added", wanted.model, version.created_by, version.cause, number},
                    Json{{"run_id", version.run_id},
                         {"manifest", version.manifest},
                         {"pipeline_run", version.pipeline_run},
                         {"data", version.data}},
                    MadeFrom(version, manifest)));
    return Public(ReadVersion(connection, wanted.model, number));
  });
}

Result<ModelVersion> Registry::Find(std::string_view model, std::int64_t version) const {
  return database_.Read(
      [&](sql::Connection& connection) { return Public(ReadVersion(connection, model, version)); });
}

Result<ModelVersion> Registry::Newest(std::string_view model) const {
  return database_.Read(
      [&](sql::Connection& connection) { return Public(ReadNewestVersion(connection, model)); });
}

Result<std::vector<ModelVersion>> Registry::Versions(std::string_view model) const {
  return database_.Read([&](sql::Connection& connection) -> Result<std::vector<ModelVersion>> {
    CAIRN_TRY(ReadModel(connection, model));
    std::vector<ModelVersion> versions;
    for (auto& stored : CAIRN_TRY(ReadVersions(connection, model)))
      versions.push_back(std::move(stored.version));
    return versions;
  });
}

Result<std::vector<ModelVersion>> Registry::RemovedVersions(std::string_view model) const {
  return database_.Read([&](sql::Connection& connection) -> Result<std::vector<ModelVersion>> {
    CAIRN_TRY(ReadModel(connection, model));
    std::vector<ModelVersion> versions;
    for (auto& stored : CAIRN_TRY(ReadRemovedVersions(connection, model)))
      versions.push_back(std::move(stored.version));
    return versions;
  });
}

Result<std::vector<ModelVersion>> Registry::NewestInStages(std::span<const std::string> models) const {
  return database_.Read([&](sql::Connection& connection) -> Result<std::vector<ModelVersion>> {
    std::vector<ModelVersion> versions;
    for (auto& stored : CAIRN_TRY(ReadNewestInStages(connection, models)))
      versions.push_back(std::move(stored.version));
    return versions;
  });
}

Result<ModelVersion> Registry::DescribeVersion(std::string_view model, std::int64_t version,
                                               std::optional<std::string_view> description) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<ModelVersion> {
    auto stored = CAIRN_TRY(ReadVersion(connection, model, version));
    stored.version.description = description.value_or("");
    stored.version.updated_ms = now;
    CAIRN_TRY(UpdateVersion(connection, stored));
    return std::move(stored.version);
  });
}

Result<> Registry::DeleteVersion(std::string_view model, std::int64_t version, std::string_view actor) {
  const auto now = clock_.Now();
  return OrRecorded(database_, clock_, database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto stored = CAIRN_TRY(ReadVersion(connection, model, version));
    const auto pending = CAIRN_TRY(governance::PendingOn(connection, model, std::to_string(version)));
    CAIRN_TRY(AllowMarkingDeleted(CAIRN_TRY(guard_(connection)), stored.version, pending));
    CAIRN_TRY(AllowRelease(connection, stored.version));
    for (const auto& alias : stored.version.aliases) {
      CAIRN_TRY(EraseAlias(connection, stored.model_key, alias));
      CAIRN_TRY(TraceAlias(connection, now, {std::string(model), alias, 0, version, std::string(actor)}));
    }
    stored.version.updated_ms = now;
    const auto decided = CAIRN_TRY(WhyDecided(connection, stored.version.model, std::to_string(version)));
    CAIRN_TRY(RedactVersion(connection, stored, decided.empty() ? Origins::Forgotten : Origins::Kept));
    CAIRN_TRY(TouchModel(connection, model, now));
    return Trace(connection, now, {"version_deleted", std::string(model), std::string(actor), "", version},
                 Json::Object());
  }),
                    "delete_version", model, actor);
}

Result<ModelVersion> Registry::ChangeStage(std::string_view model, std::int64_t version,
                                           std::string_view stage, bool archive_existing,
                                           std::string_view actor) {
  const auto wanted = CAIRN_TRY(CanonicalStage(stage));
  if (archive_existing && wanted != "Staging" && wanted != kProductionStage) {
    return Error{Reason::InvalidArgument,
                 "Model version transition cannot archive existing model versions because '" +
                     std::string(stage) + "' is not an Active stage. Valid stages are Staging, Production."};
  }
  const auto now = clock_.Now();
  return OrRecorded(
      database_, clock_, database_.Transact([&](sql::Connection& connection) -> Result<ModelVersion> {
        auto stored = CAIRN_TRY(ReadVersion(connection, model, version));
        CAIRN_TRY(AllowStage(CAIRN_TRY(guard_(connection)), stored.version, wanted));
        if (archive_existing) CAIRN_TRY(ArchiveOthers(connection, stored, wanted, now));
        const auto previous = std::exchange(stored.version.stage, wanted);
        stored.version.updated_ms = now;
        CAIRN_TRY(UpdateVersion(connection, stored));
        CAIRN_TRY(TouchModel(connection, model, now));
        CAIRN_TRY(
            Trace(connection, now, {"stage_changed", std::string(model), std::string(actor), "", version},
                  Json{{"stage", wanted}, {"previous", previous}, {"archive_existing", archive_existing}}));
        return std::move(stored.version);
      }),
      "change_stage", model, actor);
}

Result<> Registry::SetVersionTag(std::string_view model, std::int64_t version, const Tag& tag) {
  CAIRN_TRY(CheckTag(tag));
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(UpsertVersionTag(connection, CAIRN_TRY(ReadVersion(connection, model, version)), tag));
    return AnnounceVersionTag(connection, now, model, version, tag.first, tag.second);
  });
}

Result<> Registry::DeleteVersionTag(std::string_view model, std::int64_t version, std::string_view key) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(EraseVersionTag(connection, CAIRN_TRY(ReadVersion(connection, model, version)), key));
    return AnnounceVersionTag(connection, now, model, version, key, std::nullopt);
  });
}

}  // namespace cairn::registry

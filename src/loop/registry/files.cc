#include "loop/registry/registry.h"
#include "loop/registry/rules/retention.h"
#include "loop/registry/tables/version_table.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::registry {
namespace {

std::string NameOf(const ModelVersion& version) {
  return "version " + std::to_string(version.version) + " of model '" + version.model + "'";
}

Error NotOurs(const ModelVersion& version) {
  return {Reason::Unsupported,
          "The files of " + NameOf(version) +
              " were not kept by this server when it was registered, so nobody can vouch for them; log the "
              "model through this server and register it again."};
}

}  // namespace

Result<> Registry::Verify(const ModelVersion& version) const {
  if (version.manifest.empty()) return NotOurs(version);
  const auto recorded = CAIRN_TRY(database_.Read(
      [&](sql::Connection& connection) { return ReadManifest(connection, version.manifest); }));
  const auto folder = CAIRN_TRY(FolderOf(version));
  const auto compared = Compare(recorded, CAIRN_TRY(TakeManifest(folder)));
  if (compared) return {};
  return Error{compared.error().reason, "The files of " + NameOf(version) +
                                            " are not what was registered: " + compared.error().message};
}

Result<std::string> Registry::FolderOf(const ModelVersion& version) const {
  if (version.location.empty()) return NotOurs(version);
  return artifacts_.FolderAt(version.location);
}

Result<bool> Registry::IsFrozen(std::string_view artifact_path) const {
  const auto path = CAIRN_TRY(tracking::CheckedArtifactPath(artifact_path));
  return database_.Read([&](sql::Connection& connection) -> Result<bool> {
    const auto guard = CAIRN_TRY(guard_(connection));
    if (guard.model.empty()) return false;
    return HoldsFilesAt(connection, guard.model, path);
  });
}

Result<> Registry::AllowFilesRemoval(std::string_view artifact_path) const {
  const auto path = CAIRN_TRY(tracking::CheckedArtifactPath(artifact_path));
  return database_.Read(
      [&](sql::Connection& connection) { return registry::AllowFilesRemoval(connection, path); });
}

}  // namespace cairn::registry

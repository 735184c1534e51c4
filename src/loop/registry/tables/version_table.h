#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/registry/registry.h"

/// Every SQL sentence about model versions, their tags and manifests.
namespace cairn::registry {

/// A version's row, and the id of its model.
struct StoredVersion {
  std::string model_key;
  ModelVersion version;
};

inline constexpr std::string_view kVersionColumns =
    "v.model, m.name, v.version, v.source, v.storage, v.location, v.run_id, v.model_id, v.run_link, "
    "v.description, v.stage, "
    "v.manifest, v.created_by, v.created_ms, v.updated_ms, v.cause, v.pipeline_run, v.data";
StoredVersion StoredVersionOf(const sql::Row& row);

/// Gives it the number after the highest that its model ever had, also of versions deleted since.
Result<> InsertVersion(sql::Connection& connection, StoredVersion& stored);
/// With tags and aliases. NotFound when there is none, or it was deleted.
Result<StoredVersion> ReadVersion(sql::Connection& connection, std::string_view model, std::int64_t number);
/// The highest number; NotFound when the model has no version.
Result<StoredVersion> ReadNewestVersion(sql::Connection& connection, std::string_view model);
/// All of a model, newest first, with tags and aliases.
Result<std::vector<StoredVersion>> ReadVersions(sql::Connection& connection, std::string_view model);
/// Those of a model that were deleted and whose numbers are not given again, by number.
Result<std::vector<StoredVersion>> ReadRemovedVersions(sql::Connection& connection, std::string_view model);
/// The highest number of each stage, of all these models, with tags and aliases.
Result<std::vector<StoredVersion>> ReadNewestInStages(sql::Connection& connection,
                                                      std::span<const std::string> models);

/// Writes description, stage and updated_ms.
Result<> UpdateVersion(sql::Connection& connection, const StoredVersion& stored);
enum class Origins { Kept, Forgotten };
/// Keeps the row, so that its number is not given again, and forgets what it said; what it came from (run_id,
/// model_id and location) only when told so.
Result<> RedactVersion(sql::Connection& connection, const StoredVersion& stored, Origins origins);
/// Touches updated_ms of all versions of a model.
Result<> TouchVersions(sql::Connection& connection, std::string_view model_key, TimeMs now);
/// Moves every other version in `stage` to Archived.
Result<> ArchiveOthers(sql::Connection& connection, const StoredVersion& stays, std::string_view stage,
                       TimeMs now);

enum class Aliases { Filled, Left };
/// Fills tags, and aliases where asked, of all of them.
Result<> ReadVersionRecords(sql::Connection& connection, std::span<StoredVersion> versions, Aliases aliases);

Result<> UpsertVersionTag(sql::Connection& connection, const StoredVersion& stored, const Tag& tag);
Result<> EraseVersionTag(sql::Connection& connection, const StoredVersion& stored, std::string_view key);

Result<> InsertManifest(sql::Connection& connection, const Manifest& manifest);
/// Corrupt when it is not there or not what its digest says.
Result<Manifest> ReadManifest(sql::Connection& connection, const std::string& digest);

/// Whether `path` below the artifact root is, holds, or lies within the folder of a version of `model`.
Result<bool> HoldsFilesAt(sql::Connection& connection, std::string_view model, const std::string& path);
/// Whether a version of the model is in this stage.
Result<bool> AnyInStage(sql::Connection& connection, std::string_view model_key, std::string_view stage);

}  // namespace cairn::registry

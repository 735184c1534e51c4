#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

/// What a backup's manifest.json says: {"format", "at", "bytes", "files": [{"path", "sha256", "bytes"}]}.
namespace cairn::moving {

inline constexpr const char* kManifest = "manifest.json";
/// Where the records are in a backup; its artifacts are in artifacts/.
inline constexpr const char* kStoreFile = "cairn.db";

/// Of all files in the folder, as of `now`.
Result<Json> TakeManifest(const std::string& folder, TimeMs now);
/// NotFound when the folder has none, Corrupt when it names a path that leads out of the folder.
Result<Json> ReadManifest(const std::string& folder);
/// Whether each file that the manifest names lies in `folder` as it says.
Result<> CheckFiles(const std::string& folder, const Json& manifest);
/// {"folder", "files", "bytes", "at"}
Json SummaryOf(const std::string& folder, const Json& manifest);

/// AlreadyExists unless the folder is not there or empty.
Result<> CheckEmptyFolder(const std::string& folder);

}  // namespace cairn::moving

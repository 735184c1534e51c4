#pragma once

#include <functional>
#include <string>

#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/tracking/artifacts.h"

namespace cairn::moving {

struct BackupRequest {
  std::string data_dir;
  tracking::Artifacts& artifacts;
  std::string folder;  ///< Where the backup goes: a folder that is not there, or empty.
  TimeMs now = 0;
};

/// Copies the store in `data_dir`, which may be in use, to a folder of its own: cairn.db and the artifacts as
/// of one moment (whatever replaces or removes an artifact later), the signed heads as of just before, the
/// predictions, logs and keys as of just after. Uploads wait while the artifacts are named for that moment,
/// some microseconds a file. `manifest.json` holds the SHA-256 and size of each file, and
/// is written last. The folder holds the key that signs heads; it is readable by its owner alone. What lies
/// in the project and not in the data folder (DVC's cache, cairn.yaml) is not in it. Gives {"folder",
/// "files", "bytes", "at"}. AlreadyExists when the folder holds something, Unsupported for records in
/// PostgreSQL (that is pg_dump's task) and artifacts in a bucket, Conflict when an artifact was written in
/// place while it was copied, which nothing can undo; nothing is left behind then.
Result<Json> BackUp(const sql::Database& database, const BackupRequest& request);

/// Checks a backup against its manifest: Corrupt naming the first file that is another, NotFound naming one
/// that is missing. Gives what BackUp gave.
Result<Json> CheckBackup(const std::string& folder);

/// Puts a checked backup in the data folder `data_dir`, which must not be there or be empty (AlreadyExists),
/// and compares each file, read back, with the manifest.
Result<Json> RestoreBackup(const std::string& folder, const std::string& data_dir);

}  // namespace cairn::moving

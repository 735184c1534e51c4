#pragma once

#include <span>
#include <string>

#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/tracking/artifacts.h"

/// A backup is a folder: cairn.db, a SQLite store whatever engine the records came from; artifacts/, plain
/// files wherever they lay; the signed heads, the key that signs them, the predictions, the logs and the
/// batches; and manifest.json with the SHA-256 and size of each file, written last. It can be restored to
/// either engine and to a folder or a bucket.
namespace cairn::moving {

struct BackupRequest {
  std::string data_dir;
  std::string store_file;  ///< Of a store on SQLite.
  tracking::Artifacts& artifacts;
  std::span<const sql::RoomSchema* const> rooms;  ///< All that made tables in the store.
  std::string folder;                             ///< A folder that is not there, or empty.
  TimeMs now = 0;
};

/// Copies the store, which may be in use, to a folder of its own: records and artifacts as of one moment
/// (whatever replaces or removes an artifact later), the signed heads as of just before, the predictions,
/// logs and keys as of just after. Uploads wait while the artifacts are named for that moment: some
/// microseconds a file, for a bucket one request per thousand objects. The folder is readable by its owner
/// alone. What lies in the project and not in the data folder (DVC's cache, cairn.yaml) is not in it. Gives
/// {"folder", "files", "bytes", "at"}. AlreadyExists when the folder holds something, Conflict when an
/// artifact was written in place, or its object by another program, while it was copied, which nothing can
/// undo; nothing is left behind then.
Result<Json> BackUp(sql::Database& database, const BackupRequest& request);

/// Checks a backup against its manifest: Corrupt naming the first file that is another, NotFound naming one
/// that is missing. Gives what BackUp gave.
Result<Json> CheckBackup(const std::string& folder);

struct RestoreRequest {
  std::string folder;
  std::string data_dir;
  std::string store;      ///< As sql::Database::Open has it; "" for SQLite in the data folder.
  std::string artifacts;  ///< A folder, or "s3://bucket/prefix"; "" for the data folder's artifacts/.
  std::span<const sql::RoomSchema* const> rooms;
};

/// Puts a checked backup in place, and compares each file and each row, read back, with the backup. Refused
/// with AlreadyExists, and nothing changed, when the data folder, the store or the place of the artifacts
/// holds anything; after another error what was brought is taken away again, but for empty tables. Gives what
/// BackUp gave. Artifacts' URIs stay as they are: those below "mlflow-artifacts:/" lead to the new place.
Result<Json> RestoreBackup(const RestoreRequest& request);

}  // namespace cairn::moving

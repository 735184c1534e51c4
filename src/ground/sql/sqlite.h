#pragma once

#include <memory>
#include <string>

#include "ground/sql/database.h"

namespace cairn::sql {

/// Reads at a time by itself: two more than there are processors, and four at least.
int ReadersOfThisMachine();

/// How a SQLite store is opened. The defaults are the product's; tests put another file system beneath it.
struct SqliteOptions {
  std::string vfs = {};  ///< Name of a registered sqlite3_vfs; empty for the default.
  /// Most reads at a time; further ones wait for one to end. Each may remember 5 MiB of the store.
  int readers = ReadersOfThisMachine();
  int batch_jobs = 256;         ///< A shared commit takes no further work after so many callers …
  int batch_ms = 50;            ///< … or so long.
  int checkpoint_pages = 4000;  ///< The writer copies the log into the database file past so many pages.
};

/// Opens or creates the store in the file `path`; see Database::Open.
Result<std::unique_ptr<Database>> OpenSqlite(const std::string& path, const SqliteOptions& options = {});

}  // namespace cairn::sql

#pragma once

#include <memory>
#include <string>

#include "ground/sql/database.h"

namespace cairn::sql {

/// How a SQLite store is opened. The defaults are the product's; tests put another file system beneath it.
struct SqliteOptions {
  std::string vfs = {};         ///< Name of a registered sqlite3_vfs; empty for the default.
  int readers = 8;              ///< Most reads at a time; further ones wait for one to end.
  int batch_jobs = 256;         ///< A shared commit takes no further work after so many callers …
  int batch_ms = 50;            ///< … or so long.
  int checkpoint_pages = 4000;  ///< The writer copies the log into the database file past so many pages.
};

/// Opens or creates the store in the file `path`; see Database::Open.
Result<std::unique_ptr<Database>> OpenSqlite(const std::string& path, const SqliteOptions& options = {});

}  // namespace cairn::sql

#pragma once

#include <memory>
#include <string>

#include "ground/sql/database.h"

namespace cairn::sql {

/// Short reads at a time by itself: as many as there are processors, and two at least.
int ReadersOfThisMachine();

/// How a SQLite store is opened. The defaults are the product's; tests put another file system beneath it.
struct SqliteOptions {
  std::string vfs = {};  ///< Name of a registered sqlite3_vfs; empty for the default.
  /// Most short reads at a time; further ones wait for one to end. A read that has taken longer than
  /// `long_read_ms` counts no more, so that an export holds nobody up. Each reader may remember 8 MiB of the
  /// store.
  int readers = ReadersOfThisMachine();
  int long_readers = 8;  ///< Most reads at a time beyond `readers`.
  int long_read_ms = 50;
  int batch_jobs = 256;         ///< A shared commit takes no further work after so many callers …
  int batch_ms = 50;            ///< … or so long.
  int checkpoint_pages = 4000;  ///< The writer copies the log into the database file past so many pages.
};

/// Opens or creates the store in the file `path`; see Database::Open.
Result<std::unique_ptr<Database>> OpenSqlite(const std::string& path, const SqliteOptions& options = {});

}  // namespace cairn::sql

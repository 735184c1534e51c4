#include "ground/sql/database.h"

#include <cstdio>
#include <cstdlib>

#include "ground/sql/postgres.h"
#include "ground/sql/sqlite.h"

namespace cairn::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";

Error BadUrl(std::string_view problem) {
  return {Reason::InvalidArgument, std::string(problem) +
                                       "; write sqlite:///folder/store.db, sqlite:////absolute/store.db or "
                                       "postgresql://user@host:port/name."};
}

// The innermost Database::Inside of this thread.
thread_local const void* innermost_work = nullptr;

}  // namespace

Database::Inside::Inside(const Database& database)
    : database_(database), outer_(static_cast<const Inside*>(innermost_work)) {
  innermost_work = this;
}

Database::Inside::~Inside() { innermost_work = outer_; }

void Database::RefuseNesting() const {
  for (auto inside = static_cast<const Inside*>(innermost_work); inside != nullptr; inside = inside->outer_) {
    if (&inside->database_ != this) continue;
    std::fputs(
        "cairn: bug: Transact or Read was called inside work of the same database; pass the connection "
        "down.\n",
        stderr);
    std::abort();
  }
}

Result<std::unique_ptr<Database>> Database::Open(std::string_view url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    return OpenPostgres(std::string(url));
  // The URL may hold a password, so it is not repeated.
  if (!url.starts_with(kSqlite)) return BadUrl("The store's URL has an unknown form");
  const std::string path(url.substr(kSqlite.size()));
  if (path.empty() || path == ":memory:")
    return BadUrl("A store needs a file, so that what it acknowledges is on disk");
  if (path.find('?') != std::string::npos) return BadUrl("A SQLite store's URL takes no options after '?'");
  return OpenSqlite(path);
}

}  // namespace cairn::sql

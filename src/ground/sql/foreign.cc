#include "ground/sql/foreign.h"

#include <sqlite3.h>

#include <filesystem>
#include <mutex>

#include "ground/sql/postgres.h"
#include "ground/sql/sqlite_connection.h"

namespace cairn::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";

Error ReadOnly() { return {Reason::Unsupported, "This store was opened for reading alone."}; }

class ForeignSqlite final : public Database {
 public:
  explicit ForeignSqlite(std::unique_ptr<SqliteConnection> connection) : connection_(std::move(connection)) {}
  Engine engine() const override { return Engine::Sqlite; }

 protected:
  Result<> RunWrite(const Job&) override { return ReadOnly(); }
  Result<> RunRead(const Job& job) override {
    const std::lock_guard lock(mutex_);
    CAIRN_TRY(connection_->Command("BEGIN"));
    auto outcome = connection_->Perform(job);
    if (connection_->InTransaction()) CAIRN_TRY(connection_->Command("ROLLBACK"));
    return outcome;
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<SqliteConnection> connection_;
};

class ForeignPostgres final : public Database {
 public:
  explicit ForeignPostgres(std::unique_ptr<Database> inner) : inner_(std::move(inner)) {}
  Engine engine() const override { return Engine::Postgres; }

 protected:
  Result<> RunWrite(const Job&) override { return ReadOnly(); }
  Result<> RunRead(const Job& job) override {
    return inner_->Read([&](Connection& connection) { return job(connection); });
  }

 private:
  std::unique_ptr<Database> inner_;
};

struct Close {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

Handle OpenHandle(const std::string& path, int access) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle owned(handle);
  if (code != SQLITE_OK) return nullptr;
  sqlite3_busy_timeout(handle, 5000);
  return owned;
}

Error Failed(const std::string& from, const std::string& to, sqlite3* handle) {
  const int code = handle == nullptr ? SQLITE_CANTOPEN : sqlite3_errcode(handle);
  const std::string why = handle == nullptr ? "it cannot be opened" : sqlite3_errmsg(handle);
  const auto reason = code == SQLITE_FULL                               ? Reason::Exhausted
                      : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? Reason::Corrupt
                                                                        : Reason::Unavailable;
  return {reason, "The store " + from + " could not be copied to " + to + ": " + why + "."};
}

/// SQLite's own check of a whole file.
Result<> CheckCopy(const std::string& from, const std::string& to, sqlite3* copy) {
  std::string verdict;
  const auto take = [](void* text, int, char** values, char**) {
    if (static_cast<std::string*>(text)->empty())
      *static_cast<std::string*>(text) = values[0] ? values[0] : "";
    return 0;
  };
  if (sqlite3_exec(copy, "PRAGMA quick_check(1)", take, &verdict, nullptr) != SQLITE_OK)
    return Failed(from, to, copy);
  if (verdict == "ok") return {};
  return Error{Reason::Corrupt,
               "The store " + from + " is damaged (" + verdict + "); restore it from a backup."};
}

}  // namespace

Result<std::unique_ptr<Database>> OpenToRead(std::string_view url) {
  if (!url.starts_with(kSqlite))
    return std::unique_ptr<Database>(std::make_unique<ForeignPostgres>(CAIRN_TRY(Database::Open(url))));
  const std::string path(url.substr(kSqlite.size()));
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return Error{Reason::NotFound, "There is no SQLite database at " + path + "."};
  return std::unique_ptr<Database>(std::make_unique<ForeignSqlite>(
      CAIRN_TRY(SqliteConnection::Open(path, "", SqliteConnection::Role::Reader))));
}

Result<> CopySqlite(const std::string& from, const std::string& to,
                    const std::function<void()>& at_the_moment) {
  std::error_code ignored;
  if (std::filesystem::exists(to, ignored))
    return Error{Reason::AlreadyExists, "There is something at " + to + " already; choose another place."};
  const auto source = OpenHandle(from, SQLITE_OPEN_READONLY);
  if (!source) return Failed(from, to, nullptr);
  // Without this the last one to close the store would move its log into it.
  sqlite3_db_config(source.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const auto target = OpenHandle(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!target) return Failed(from, to, nullptr);
  // The moment is that of the first read in this transaction, which the copy below takes part in.
  if (sqlite3_exec(source.get(), "BEGIN; SELECT COUNT(*) FROM sqlite_master", nullptr, nullptr, nullptr) !=
      SQLITE_OK)
    return Failed(from, to, source.get());
  if (at_the_moment) at_the_moment();
  sqlite3_backup* copying = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (copying == nullptr) return Failed(from, to, target.get());
  // All pages in one step: one read transaction, so one moment.
  int code = sqlite3_backup_step(copying, -1);
  for (int attempt = 0; (code == SQLITE_BUSY || code == SQLITE_LOCKED) && attempt < 50; ++attempt) {
    sqlite3_sleep(100);
    code = sqlite3_backup_step(copying, -1);
  }
  sqlite3_backup_finish(copying);
  if (code != SQLITE_DONE) return Failed(from, to, target.get());
  return CheckCopy(from, to, target.get());
}

}  // namespace cairn::sql

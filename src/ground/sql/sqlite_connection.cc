#include "ground/sql/sqlite_connection.h"

#include <sqlite3.h>

#include <cerrno>
#include <charconv>
#include <mutex>

#include "ground/sql/ilike.h"
#include "ground/vocabulary/text.h"

namespace cairn::sql {
namespace {

// Past this many the cache starts afresh: a program has a few hundred sentences, so only spliced ones get
// there.
constexpr std::size_t kMostStatements = 512;
constexpr int kReaderBusyMs = 5000;
constexpr int kWriterBusyMs = 200;

void IgnoringCase(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL || sqlite3_value_type(arguments[1]) == SQLITE_NULL)
    return;
  const auto text_of = [](sqlite3_value* value) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return std::string_view(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)));
  };
  auto* pattern = static_cast<FoldedPattern*>(sqlite3_get_auxdata(context, 1));
  if (pattern != nullptr) {
    sqlite3_result_int(context, pattern->Matches(text_of(arguments[0])));
    return;
  }
  const FoldedPattern fresh(text_of(arguments[1]));
  sqlite3_result_int(context, fresh.Matches(text_of(arguments[0])));
  sqlite3_set_auxdata(context, 1, new FoldedPattern(fresh),
                      [](void* kept) { delete static_cast<FoldedPattern*>(kept); });
}

Reason ReasonOf(int extended, bool reader, int system_error) {
  if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
      extended == SQLITE_CONSTRAINT_ROWID) {
    return Reason::AlreadyExists;
  }
  if (extended == SQLITE_CONSTRAINT_FOREIGNKEY) return Reason::Conflict;
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Reason::Conflict;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return Reason::Exhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Reason::Corrupt;
    case SQLITE_TOOBIG:
      return Reason::TooLarge;
    case SQLITE_READONLY:
      return reader ? Reason::Internal : Reason::Unavailable;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return Reason::Unavailable;
    case SQLITE_IOERR:
      if (extended == SQLITE_IOERR_SHORT_READ || extended == SQLITE_IOERR_CORRUPTFS) return Reason::Corrupt;
      return system_error == ENOSPC || system_error == EDQUOT ? Reason::Exhausted : Reason::Unavailable;
    default:
      return Reason::Internal;
  }
}

/// The column itself, asked once: each sqlite3_column_* function looks it up anew. A connection is used by
/// one thread at a time, so that the value needs no other protection.
void Read(sqlite3_stmt* handle, Row& row) {
  auto& columns = row.columns();
  columns.resize(static_cast<std::size_t>(sqlite3_column_count(handle)));
  for (int index = 0; auto& column : columns) {
    sqlite3_value* value = sqlite3_column_value(handle, index++);
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_INTEGER) {
      column.Set(std::int64_t{sqlite3_value_int64(value)});
    } else if (type == SQLITE_FLOAT) {
      column.Set(sqlite3_value_double(value));
    } else if (type == SQLITE_NULL) {
      column = Value();
    } else {
      const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
      const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
      const auto content = bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
      if (type == SQLITE_TEXT) {
        column.Set(content);
      } else {
        column = Value(Bytes{std::string(content)});
      }
    }
  }
}

const char* AdviceFor(Reason reason) {
  switch (reason) {
    case Reason::Exhausted:
      return "; make room and try again";
    case Reason::Corrupt:
      return "; restore it from a copy";
    case Reason::Unavailable:
      return "; check that its folder exists and that this user may write there";
    case Reason::Conflict:
      return "; try again";
    case Reason::TooLarge:
      return "; make the text shorter";
    default:
      return "";
  }
}

}  // namespace

void SqliteConnection::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
void SqliteConnection::Closer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

SqliteConnection::~SqliteConnection() { statements_.clear(); }

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path,
                                                                 const std::string& vfs, Role role) {
  // Memory statistics would make every thread take one global lock at each allocation.
  static std::once_flag configured;
  std::call_once(configured, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(path, role));
  const int access = role == Role::Writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      vfs.empty() ? nullptr : vfs.c_str());
  connection->handle_.reset(handle);
  if (code != SQLITE_OK) return connection->Explain(code, "");
  CAIRN_TRY(connection->Configure());
  return connection;
}

Result<> SqliteConnection::Configure() {
  sqlite3* handle = handle_.get();
  sqlite3_busy_timeout(handle, role_ == Role::Writer ? kWriterBusyMs : kReaderBusyMs);
  sqlite3_create_function_v2(handle, "cairn_ilike", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                             IgnoringCase, nullptr, nullptr, nullptr);
  std::vector<const char*> pragmas{"PRAGMA foreign_keys = ON", "PRAGMA case_sensitive_like = ON",
                                   "PRAGMA temp_store = MEMORY"};
  if (role_ == Role::Writer) {
    pragmas.insert(pragmas.end(),
                   {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = -16384"});
  } else {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    pragmas.insert(pragmas.end(), {"PRAGMA query_only = ON", "PRAGMA cache_size = -8192"});
  }
  for (const char* pragma : pragmas) CAIRN_TRY(Command(pragma));
  statements_.clear();
  // Neither role copies the log by itself: the writer does it after it has answered its callers.
  sqlite3_wal_autocheckpoint(handle, 0);
  sqlite3_wal_hook(
      handle,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteConnection*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  return {};
}

Result<> SqliteConnection::Command(std::string_view statement) {
  return Execute(statement, {}, [](Row&) {});
}

bool SqliteConnection::InTransaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

void SqliteConnection::CopyLog(Checkpoint how) {
  // A failure here loses nothing: the log still holds every commit, and the next attempt copies it all.
  sqlite3_wal_checkpoint_v2(
      handle_.get(), nullptr,
      how == Checkpoint::WaitForReaders ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, nullptr,
      nullptr);
}

Result<> SqliteConnection::Execute(std::string_view text, std::span<const Value> values, const Take& take) {
  Statement& statement = *CAIRN_TRY(Prepare(text));
  auto outcome = Bind(statement, values);
  if (outcome) outcome = Step(statement, take);
  sqlite3_reset(statement.handle.get());
  return outcome;
}

Result<> SqliteConnection::ExecuteRows(std::string_view head, std::size_t width,
                                       std::span<const Value> values, std::string_view tail) {
  // Stepping one prepared row again and again is quicker here than preparing a statement of many rows.
  std::string text(head);
  text += " VALUES ";
  for (std::size_t column = 1; column <= width; ++column) {
    text += column == 1 ? "($" : ", $";
    text += std::to_string(column);
  }
  text += ") ";
  text += tail;
  Statement& statement = *CAIRN_TRY(Prepare(text));
  Result<> outcome;
  for (; outcome && !values.empty(); values = values.subspan(width)) {
    outcome = Bind(statement, values.first(width));
    if (outcome) outcome = Step(statement, [](Row&) {});
    sqlite3_reset(statement.handle.get());
  }
  return outcome;
}

Result<SqliteConnection::Statement*> SqliteConnection::Prepare(std::string_view text) {
  if (const auto known = statements_.find(text); known != statements_.end()) return &known->second;
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, &rest);
  if (code != SQLITE_OK) return Explain(code, text);
  Statement statement{std::unique_ptr<sqlite3_stmt, Closer>(handle), {}, 0};
  if (handle == nullptr || !Trim(text.substr(static_cast<std::size_t>(rest - text.data()))).empty()) {
    return Error{Reason::Internal, "Run takes exactly one statement, not: " + std::string(text)};
  }
  for (int index = 1; index <= sqlite3_bind_parameter_count(handle); ++index) {
    const char* name = sqlite3_bind_parameter_name(handle, index);
    std::size_t number = 0;
    if (name != nullptr && *name == '$') number = static_cast<std::size_t>(std::atoi(name + 1));
    if (number == 0)
      return Error{Reason::Internal, "Parameters are written $1, $2, …, unlike in: " + std::string(text)};
    statement.numbers.push_back(number);
    statement.most = std::max(statement.most, number);
  }
  if (statements_.size() >= kMostStatements) statements_.clear();
  return &statements_.emplace(std::string(text), std::move(statement)).first->second;
}

Result<> SqliteConnection::Bind(const Statement& statement, std::span<const Value> values) {
  sqlite3_stmt* handle = statement.handle.get();
  if (values.size() != statement.most) {
    return Error{Reason::Internal, "Bound " + std::to_string(values.size()) + " values to " +
                                       std::to_string(statement.most) +
                                       " parameters of: " + sqlite3_sql(handle)};
  }
  int index = 0;
  for (const std::size_t number : statement.numbers) {
    ++index;
    const auto& state = values[number - 1].state();
    int code = SQLITE_OK;
    if (const auto* whole = std::get_if<std::int64_t>(&state)) {
      code = sqlite3_bind_int64(handle, index, *whole);
    } else if (const auto* real = std::get_if<double>(&state)) {
      code = sqlite3_bind_double(handle, index, *real);
    } else if (const auto* text = std::get_if<std::string>(&state)) {
      // The values outlive the step, so SQLite need not copy them.
      code = sqlite3_bind_text64(handle, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* bytes = std::get_if<Bytes>(&state)) {
      code = sqlite3_bind_blob64(handle, index, bytes->content.data(), bytes->content.size(), SQLITE_STATIC);
    } else {
      code = sqlite3_bind_null(handle, index);
    }
    if (code != SQLITE_OK) return Explain(code, sqlite3_sql(handle));
  }
  return {};
}

Result<> SqliteConnection::Step(const Statement& statement, const Take& take) {
  sqlite3_stmt* handle = statement.handle.get();
  Row row;
  int code = sqlite3_step(handle);
  for (; code == SQLITE_ROW; code = sqlite3_step(handle)) {
    Read(handle, row);
    take(row);
  }
  if (code != SQLITE_DONE) return Explain(code, sqlite3_sql(handle));
  return {};
}

Error SqliteConnection::Explain(int code, std::string_view text) const {
  const Reason reason =
      ReasonOf(code, role_ == Role::Reader, handle_ != nullptr ? sqlite3_system_errno(handle_.get()) : 0);
  std::string message = "The store '" + path_ + "' failed: ";
  message += handle_ != nullptr ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  message += AdviceFor(reason);
  if (reason == Reason::Internal && !text.empty()) message += ", in: " + std::string(text.substr(0, 200));
  return {reason, message + "."};
}

}  // namespace cairn::sql

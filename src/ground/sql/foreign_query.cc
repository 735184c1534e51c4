#include "ground/sql/foreign_query.h"

#include <poll.h>
#include <sqlite3.h>

#include <charconv>
#include <filesystem>
#include <memory>
#include <utility>

#include "ground/sql/libpq.h"
#include "ground/vocabulary/text.h"

namespace cairn::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";

Error NoQuery() {
  return {Reason::InvalidArgument, "The query must be one statement that reads, such as SELECT … FROM …."};
}

Error WrongQuery(std::string_view why) {
  return {Reason::InvalidArgument, "The database does not take the query: " + std::string(why) + "."};
}

/// Without what may stand behind a statement.
std::string OneStatement(std::string_view query) {
  auto text = Trim(query);
  while (!text.empty() && text.back() == ';') text = Trim(text.substr(0, text.size() - 1));
  return std::string(text);
}

Error Stopped() { return {Reason::Unavailable, "The reading of the database was ended before its end."}; }

Result<> CheckText(std::string_view text, std::int64_t row, std::string_view column) {
  if (IsUtf8(text)) return Done{};
  return Error{Reason::Unprocessable, "Row " + std::to_string(row) + " of the query holds text in column '" +
                                          std::string(column) +
                                          "' that is not UTF-8; convert it in the query."};
}

// ---- SQLite

struct SqliteClose {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

Error SqliteFailure(const std::string& path, sqlite3* handle) {
  const int code = handle ? sqlite3_errcode(handle) : SQLITE_NOMEM;
  const std::string why = handle ? sqlite3_errmsg(handle) : "no memory";
  if (code == SQLITE_INTERRUPT) return Stopped();
  if (code == SQLITE_ERROR || code == SQLITE_AUTH) return WrongQuery(why);
  const auto reason = code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? Reason::Corrupt
                      : code == SQLITE_FULL || code == SQLITE_NOMEM   ? Reason::Exhausted
                                                                      : Reason::Unavailable;
  return {reason, "The SQLite database '" + path + "' cannot be read: " + why + "."};
}

/// Reading, calling functions and nothing else: no ATTACH, no PRAGMA, no loaded code.
int AllowReading(void*, int action, const char*, const char*, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    default:
      return SQLITE_DENY;
  }
}

Value ValueAt(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return Value(std::int64_t{sqlite3_column_int64(statement, column)});
    case SQLITE_FLOAT:
      return Value(sqlite3_column_double(statement, column));
    case SQLITE_NULL:
      return Value();
    default: {
      const bool text = sqlite3_column_type(statement, column) == SQLITE_TEXT;
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      std::string content = bytes ? std::string(bytes, size) : "";
      return text ? Value(std::move(content)) : Value(Bytes{std::move(content)});
    }
  }
}

Result<std::int64_t> ReadSqliteRows(const std::string& path, sqlite3* handle, sqlite3_stmt* statement,
                                    const ForeignReader& reader) {
  std::vector<ForeignColumn> columns;
  const int count = sqlite3_column_count(statement);
  columns.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) columns.push_back({sqlite3_column_name(statement, i), ForeignType::Any});
  CAIRN_TRY(reader.columns(columns));
  std::vector<Value> values(columns.size());
  std::int64_t rows = 0;
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return rows;
    if (code != SQLITE_ROW) return SqliteFailure(path, handle);
    ++rows;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = ValueAt(statement, static_cast<int>(i));
      if (const auto* text = std::get_if<std::string>(&values[i].state()))
        CAIRN_TRY(CheckText(*text, rows, columns[i].name));
    }
    CAIRN_TRY(reader.row(values));
  }
}

/// Of SQLite's own steps: asked so seldom that it costs nothing, and a thousand times a second.
constexpr int kStepsBetweenLooks = 10'000;

Result<std::int64_t> ReadSqlite(const std::string& path, const std::string& query,
                                const ForeignReader& reader, std::stop_token stop) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return Error{Reason::NotFound, "There is no SQLite database at " + path + "."};
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, SqliteClose> handle(opened);
  if (code != SQLITE_OK) return SqliteFailure(path, handle.get());
  sqlite3_busy_timeout(handle.get(), 10'000);
  sqlite3_db_config(handle.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(handle.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_set_authorizer(handle.get(), AllowReading, nullptr);
  sqlite3_progress_handler(
      handle.get(), kStepsBetweenLooks,
      [](void* asked) { return static_cast<std::stop_token*>(asked)->stop_requested() ? 1 : 0; }, &stop);
  sqlite3_stmt* prepared = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v2(handle.get(), query.c_str(), -1, &prepared, &rest) != SQLITE_OK)
    return SqliteFailure(path, handle.get());
  const std::unique_ptr<sqlite3_stmt, SqliteClose> statement(prepared);
  if (!statement || sqlite3_column_count(prepared) == 0 || !Trim(rest).empty()) return NoQuery();
  return ReadSqliteRows(path, handle.get(), prepared, reader);
}

// ---- PostgreSQL

/// How long a stop may go unseen while the server is silent.
constexpr int kStopMs = 100;

/// Types of PostgreSQL's own catalog, whose numbers are fixed for good.
ForeignType TypeOf(Oid type) {
  switch (type) {
    case 16:
      return ForeignType::Boolean;
    case 20:
    case 21:
    case 23:
      return ForeignType::Integer;
    case 700:
    case 701:
    case 1700:
      return ForeignType::Real;
    case 1082:
    case 1114:
    case 1184:
      return ForeignType::Time;
    default:
      return ForeignType::Text;
  }
}

Value FromText(ForeignType type, std::string_view text) {
  std::int64_t whole = 0;
  switch (type) {
    case ForeignType::Boolean:
      return Value(text == "t");
    case ForeignType::Integer:
      std::from_chars(text.data(), text.data() + text.size(), whole);
      return Value(whole);
    default:
      return Value(text);
  }
}

/// One session that only reads.
class PostgresSession {
 public:
  PostgresSession(const Libpq& libpq, const std::string& url, std::stop_token stop)
      : libpq_(libpq), stop_(std::move(stop)) {
    const char* names[] = {"connect_timeout", "fallback_application_name", "dbname", nullptr};
    const char* values[] = {"10", "cairn", url.c_str(), nullptr};
    session_ = libpq_.ConnectDbParams(names, values, /*expand_dbname=*/1);
    libpq_.SetNoticeProcessor(
        session_, [](void*, const char*) {}, nullptr);
  }
  ~PostgresSession() { libpq_.Finish(session_); }
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  Result<> Begin() {
    if (libpq_.Status(session_) != CONNECTION_OK) {
      return Error{Reason::Unavailable, "PostgreSQL cannot be reached: " + FirstLine() +
                                            "; check the URL and that the server runs."};
    }
    return Ask(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL client_encoding = 'UTF8'; SET LOCAL "
        "datestyle = 'ISO'; SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 3");
  }
  Result<> Declare(const std::string& query) {
    // One statement alone, so that nothing in the query can end the read-only transaction.
    const std::string text = "DECLARE cairn_rows NO SCROLL CURSOR FOR " + query;
    return Take(libpq_.SendQueryParams(session_, text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0),
                nullptr);
  }
  /// Whether there may be more rows.
  Result<bool> Fetch(const ForeignReader& reader, std::int64_t& rows) {
    bool more = false;
    CAIRN_TRY(Take(libpq_.SendQuery(session_, "FETCH FORWARD 5000 FROM cairn_rows"),
                   [&](PGresult* page) -> Result<> {
                     if (columns_.empty()) CAIRN_TRY(TakeColumns(page, reader));
                     more = libpq_.Tuples(page) > 0;
                     return TakeRows(page, reader, rows);
                   }));
    return more;
  }

 private:
  std::string FirstLine() const {
    const std::string_view text = libpq_.ErrorMessage(session_);
    return std::string(Trim(text.substr(0, text.find('\n'))));
  }
  Result<> Ask(const char* text) { return Take(libpq_.SendQuery(session_, text), nullptr); }

  using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;
  /// The next answer to what was sent; none after the last, when the connection is broken and after a stop.
  Answer Next() {
    while (libpq_.IsBusy(session_) != 0 && !stop_.stop_requested()) {
      pollfd waiting{libpq_.Socket(session_), POLLIN, 0};
      ::poll(&waiting, 1, kStopMs);
      if (libpq_.ConsumeInput(session_) == 0) break;
    }
    return {stop_.stop_requested() ? nullptr : libpq_.GetResult(session_), libpq_.Clear};
  }

  /// Of the answers to one text the last, or the one that is an error; `sent` as libpq gives it.
  Result<> Take(int sent, const std::function<Result<>(PGresult*)>& use) {
    Answer owned(nullptr, libpq_.Clear);
    while (sent != 0) {
      auto next = Next();
      if (!next) break;
      const bool failed = owned && libpq_.ResultStatus(owned.get()) == PGRES_FATAL_ERROR;
      if (!failed) owned = std::move(next);
    }
    if (stop_.stop_requested()) return Stopped();
    PGresult* answer = owned.get();
    const auto status = libpq_.ResultStatus(answer);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return use ? use(answer) : Result<>();
    const char* code = answer ? libpq_.ResultErrorField(answer, PG_DIAG_SQLSTATE) : nullptr;
    const char* said = answer ? libpq_.ResultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    const std::string state = code ? code : "", why = said ? said : FirstLine();
    if (state == "42501") return Error{Reason::Denied, "PostgreSQL does not allow the query: " + why + "."};
    if (state.empty() || state.starts_with("08") || state.starts_with("57"))
      return Error{Reason::Unavailable, "PostgreSQL broke off: " + why + "; try again."};
    return WrongQuery(why);
  }

  Result<> TakeColumns(PGresult* page, const ForeignReader& reader) {
    for (int i = 0; i < libpq_.Fields(page); ++i)
      columns_.push_back({libpq_.FieldName(page, i), TypeOf(libpq_.FieldType(page, i))});
    return columns_.empty() ? Result<>(NoQuery()) : reader.columns(columns_);
  }
  Result<> TakeRows(PGresult* page, const ForeignReader& reader, std::int64_t& rows) {
    std::vector<Value> values(columns_.size());
    for (int row = 0; row < libpq_.Tuples(page); ++row) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const int column = static_cast<int>(i);
        const auto size = static_cast<std::size_t>(libpq_.GetLength(page, row, column));
        values[i] = libpq_.GetIsNull(page, row, column) != 0
                        ? Value()
                        : FromText(columns_[i].type, {libpq_.GetValue(page, row, column), size});
      }
      ++rows;
      CAIRN_TRY(reader.row(values));
    }
    return Done{};
  }

  const Libpq& libpq_;
  const std::stop_token stop_;
  PGconn* session_ = nullptr;
  std::vector<ForeignColumn> columns_;
};

Result<std::int64_t> ReadPostgres(const std::string& url, const std::string& query,
                                  const ForeignReader& reader, std::stop_token stop) {
  PostgresSession session(*CAIRN_TRY(OpenLibpq()), url, std::move(stop));
  CAIRN_TRY(session.Begin());
  CAIRN_TRY(session.Declare(query));
  std::int64_t rows = 0;
  while (CAIRN_TRY(session.Fetch(reader, rows))) {
  }
  return rows;
}

}  // namespace

Result<std::int64_t> ReadForeign(std::string_view url, const std::string& query, const ForeignReader& reader,
                                 std::stop_token stop) {
  const std::string text = OneStatement(query);
  if (text.empty()) return NoQuery();
  if (url.starts_with(kSqlite))
    return ReadSqlite(std::string(url.substr(kSqlite.size())), text, reader, std::move(stop));
  if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    return ReadPostgres(std::string(url), text, reader, std::move(stop));
  return Error{Reason::InvalidArgument, "A database is named sqlite:///PATH or postgresql://USER@HOST/NAME."};
}

}  // namespace cairn::sql

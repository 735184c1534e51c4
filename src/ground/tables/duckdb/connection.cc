#include "ground/tables/duckdb/connection.h"

#include <chrono>
#include <thread>

#include "ground/tables/duckdb/failure.h"

namespace cairn::tables {
namespace {

std::string_view WithoutEnd(std::string_view sql) {
  while (!sql.empty() && (sql.back() == ';' || sql.back() == ' ' || sql.back() == '\n')) sql.remove_suffix(1);
  return sql;
}

/// How often to ask for tasks before pausing, and for how long then: a short statement is not kept waiting.
constexpr int kYields = 50;
constexpr std::chrono::microseconds kPause{50};

const char* OrSilence(const char* message) {
  return message ? message : "INTERNAL Error: The statement failed without a word.";
}

/// Why there is no result; destroys it.
Error ErrorOf(const Library& library, duckdb_result& result) {
  auto error = Failure(OrSilence(library.result_error(&result)));
  library.destroy_result(&result);
  return error;
}

}  // namespace

Result<std::unique_ptr<Statement>> Statement::Prepare(const Library& library, duckdb_connection connection,
                                                      std::string_view sql, std::span<const Value> values) {
  std::unique_ptr<Statement> statement(new Statement(library));
  if (sql.find('\0') != std::string_view::npos)
    return Error{Reason::InvalidArgument, "The statement holds a NUL byte; bind such values."};
  if (library.prepare(connection, std::string(sql).c_str(), &statement->prepared_) != DuckDBSuccess)
    return Failure(library.prepare_error(statement->prepared_));
  CAIRN_TRY(statement->Bind(values));
  return statement;
}

Statement::~Statement() { library_.destroy_prepare(&prepared_); }

Result<> Statement::Bind(std::span<const Value> values) {
  const auto needed = library_.nparams(prepared_);
  if (needed != values.size())
    return Error{Reason::InvalidArgument, "The statement has " + std::to_string(needed) +
                                              " parameters, and " + std::to_string(values.size()) +
                                              " were given."};
  for (idx_t index = 1; index <= values.size(); ++index) {
    const auto& value = values[index - 1];
    auto state = DuckDBSuccess;
    if (const auto* truth = std::get_if<bool>(&value))
      state = library_.bind_boolean(prepared_, index, *truth);
    else if (const auto* whole = std::get_if<std::int64_t>(&value))
      state = library_.bind_int64(prepared_, index, *whole);
    else if (const auto* number = std::get_if<double>(&value))
      state = library_.bind_double(prepared_, index, *number);
    else if (const auto* text = std::get_if<std::string>(&value))
      state = library_.bind_varchar_length(prepared_, index, text->data(), text->size());
    else
      state = library_.bind_null(prepared_, index);
    if (state != DuckDBSuccess)
      return Error{Reason::InvalidArgument,
                   "Parameter $" + std::to_string(index) + " cannot be bound; texts must be UTF-8."};
  }
  return {};
}

bool Statement::IsSelect() const {
  return library_.prepared_statement_type(prepared_) == DUCKDB_STATEMENT_TYPE_SELECT;
}

std::vector<std::string> Statement::names() const {
  std::vector<std::string> names;
  for (idx_t column = 0; column < count(); ++column) {
    const char* name = library_.prepared_statement_column_name(prepared_, column);
    names.emplace_back(name ? name : "");
    library_.free(const_cast<char*>(name));
  }
  return names;
}

bool Statement::NeedsCasts() const {
  if (!IsSelect()) return false;
  for (idx_t column = 0; column < count(); ++column) {
    const auto type = library_.prepared_statement_column_type(prepared_, column);
    if (type != DUCKDB_TYPE_INVALID && ReadingOf(type).shown) return true;
  }
  return false;
}

std::string Statement::WithCasts(std::string_view sql) const {
  std::string columns;
  std::string names;
  for (idx_t column = 0; column < count(); ++column) {
    const auto name = "c" + std::to_string(column);
    const bool shown = ReadingOf(library_.prepared_statement_column_type(prepared_, column)).shown;
    columns += (column ? ", " : "") + (shown ? "CAST(" + name + " AS VARCHAR)" : name);
    names += (column ? ", " : "") + name;
  }
  return "SELECT " + columns + " FROM (" + std::string(sql) + "\n) AS shown(" + names + ")";
}

Result<std::unique_ptr<Rows>> Statement::Run(Mode mode, const std::vector<std::string>& names) {
  const bool stream = mode == Mode::Stream && library_.execute_prepared_streaming && IsSelect();
  return std::make_unique<Rows>(library_, CAIRN_TRY(stream ? Stream() : Collect()), names);
}

Result<duckdb_result> Statement::Stream() {
  duckdb_result result{};
  if (library_.execute_prepared_streaming(prepared_, &result) == DuckDBSuccess) return result;
  return ErrorOf(library_, result);
}

/// Does the statement's tasks on this thread. While other threads have the last of them, the engine's own
/// waiting would ask for more without a pause, and keep a processor from them.
Result<duckdb_result> Statement::Collect() {
  struct Pending {
    const Library& library;
    duckdb_pending_result raw = nullptr;
    ~Pending() { library.destroy_pending(&raw); }
  } pending{library_};
  auto state = library_.pending_prepared(prepared_, &pending.raw) == DuckDBSuccess
                   ? DUCKDB_PENDING_RESULT_NOT_READY
                   : DUCKDB_PENDING_ERROR;
  for (int idle = 0;
       state == DUCKDB_PENDING_RESULT_NOT_READY || state == DUCKDB_PENDING_NO_TASKS_AVAILABLE;) {
    state = library_.pending_execute_task(pending.raw);
    idle = state == DUCKDB_PENDING_NO_TASKS_AVAILABLE ? idle + 1 : 0;
    if (idle > kYields) std::this_thread::sleep_for(kPause);
    if (idle > 0) std::this_thread::yield();
  }
  if (state == DUCKDB_PENDING_ERROR) return Failure(OrSilence(library_.pending_error(pending.raw)));
  duckdb_result result{};
  if (library_.execute_pending(pending.raw, &result) == DuckDBSuccess) return result;
  return ErrorOf(library_, result);
}

Result<std::unique_ptr<Connection>> Connection::Open(const Library& library, duckdb_database database) {
  std::unique_ptr<Connection> connection(new Connection(library));
  if (library.connect(database, &connection->connection_) != DuckDBSuccess)
    return Error{Reason::Internal, "The table engine gave no connection."};
  return connection;
}

Connection::~Connection() {
  if (connection_) library_.disconnect(&connection_);
}

Result<> Connection::OnlyReads(std::string_view sql) {
  const auto statement = Statement::Prepare(library_, connection_, sql, {});
  if (statement && (*statement)->IsSelect()) return {};
  const bool several = !statement && statement.error().message.find("multiple") != std::string::npos;
  if (!statement && !several) return statement.error();
  return Error{Reason::Denied, several ? "Only one SELECT may run here, and these are several statements."
                                       : "Only a SELECT may run here: nothing may be written or changed."};
}

Result<Connection::PlainSelect> Connection::Plain(std::string_view select) {
  const auto statement = CAIRN_TRY(Statement::Prepare(library_, connection_, select, {}));
  if (!statement->IsSelect()) return Error{Reason::InvalidArgument, "Only a SELECT can be visited."};
  select = WithoutEnd(select);
  return PlainSelect{statement->NeedsCasts() ? statement->WithCasts(select) : std::string(select),
                     statement->names()};
}

Result<std::unique_ptr<Rows>> Connection::Run(std::string_view sql, std::span<const Value> values,
                                              Statement::Mode mode) {
  auto statement = CAIRN_TRY(Statement::Prepare(library_, connection_, sql, values));
  if (!statement->NeedsCasts()) return statement->Run(mode, {});
  sql = WithoutEnd(sql);
  auto cast = CAIRN_TRY(Statement::Prepare(library_, connection_, statement->WithCasts(sql), values));
  return cast->Run(mode, statement->names());
}

}  // namespace cairn::tables

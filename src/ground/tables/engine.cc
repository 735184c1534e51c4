#include "ground/tables/engine.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/tables/duckdb/appender.h"
#include "ground/tables/duckdb/connection.h"
#include "ground/tables/duckdb/failure.h"
#include "ground/tables/duckdb/visits.h"
#include "ground/tables/file_fault.h"
#include "ground/tables/watch.h"
#include "ground/vocabulary/text.h"

namespace cairn::tables {
namespace {

class Settings {
 public:
  explicit Settings(const Library& library) : library_(library) { library_.create_config(&config_); }
  ~Settings() { library_.destroy_config(&config_); }
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  void Set(const char* name, const std::string& value) { library_.set_config(config_, name, value.c_str()); }
  duckdb_config raw() const { return config_; }

 private:
  const Library& library_;
  duckdb_config config_ = nullptr;
};

/// Says where a file stops being CSV, and which file it is, when the engine leaves that out.
Error Explained(Error error, std::string_view statement) {
  if (error.reason == Reason::Corrupt) {
    const auto files = ParquetFilesOf(statement);
    const bool named = std::any_of(files.begin(), files.end(), [&](const std::string& file) {
      return error.message.find(file) != std::string::npos;
    });
    if (named || files.empty()) return error;
    const std::string others =
        files.size() == 1 ? "" : " or one of the " + std::to_string(files.size() - 1) + " read with it";
    return {Reason::Corrupt, files.front() + others + " is damaged: " + error.message};
  }
  if (!error.message.starts_with("Error when sniffing file")) {
    const auto file = error.message.starts_with("line ") ? OnlyCsvOf(statement) : std::nullopt;
    return file ? Error{error.reason, *file + ", " + error.message} : error;
  }
  const auto fault = FaultInCsvOf(statement);
  return {Reason::Unprocessable,
          fault.value_or("The file does not read as CSV: its lines have no common form.")};
}

Error Ended(Error error, const Watch& watch, const Limits& limits) {
  if (error.reason != Reason::Conflict || !error.message.starts_with("Interrupted")) return error;
  if (watch.stopped()) return {Reason::Conflict, "The query was stopped."};
  const auto most = limits.time ? limits.time->count() : 0;
  return {Reason::Exhausted, "The query took longer than " + FormatDuration(most) + " and was stopped."};
}

Table EmptyLike(const std::vector<Field>& fields) {
  std::vector<Column> columns;
  for (const auto& field : fields) columns.emplace_back(field.name, field.type);
  return Table(std::move(columns));
}

std::string CopyOptions(Format format) {
  switch (format) {
    case Format::Csv:
      return "(FORMAT csv, HEADER true, DELIMITER ',')";
    case Format::Parquet:
      return "(FORMAT parquet, COMPRESSION zstd)";
    case Format::JsonLines:
      return "(FORMAT json)";
  }
  return "";
}

}  // namespace

class Engine::State {
 public:
  State(const Library& library, duckdb_database database)
      : library_(library), visits_(library), database_(database) {}
  ~State() { library_.close(&database_); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const Library& library() const { return library_; }
  Visits& visits() { return visits_; }
  Result<std::unique_ptr<Connection>> Connect() { return Connection::Open(library_, database_); }

  /// Runs `work(connection)`, which is about `sql`, under `limits`, and says so when they ended it.
  template <class Work>
  auto Limited(std::string_view sql, const Limits& limits, Work&& work)
      -> std::invoke_result_t<Work&, Connection&> {
    auto connection = CAIRN_TRY(Connect());
    Watch watch(limits.stop, limits.time, [&] { connection->Interrupt(); });
    auto answer = work(*connection);
    if (!answer) return Explained(Ended(answer.error(), watch, limits), sql);
    return answer;
  }

 private:
  const Library& library_;
  Visits visits_;
  duckdb_database database_;
};

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::~Engine() = default;

namespace {

Result<duckdb_database> OpenDatabase(const Library& library, const Engine::Options& options) {
  Settings settings(library);
  if (options.threads > 0) settings.Set("threads", std::to_string(options.threads));
  settings.Set("memory_limit", std::to_string(options.memory_bytes) + "B");
  settings.Set("temp_directory", options.spill);
  settings.Set("autoinstall_known_extensions", "false");
  settings.Set("autoload_known_extensions", "false");
  settings.Set("allow_community_extensions", "false");
  settings.Set("preserve_insertion_order", "true");
  // What the system's own cache holds as well.
  settings.Set("enable_external_file_cache", "false");
  duckdb_database database = nullptr;
  char* message = nullptr;
  if (library.open_ext(nullptr, &database, settings.raw(), &message) == DuckDBSuccess) return database;
  const Error error{Reason::Unavailable, "The table engine did not start: " +
                                             Failure(message ? message : "no reason was given").message};
  library.free(message);
  return error;
}

/// What can only be set on an open database; the last step forbids changing any of it.
Result<std::vector<std::string>> Closing(const Engine::Options& options) {
  std::vector<std::string> steps = {"SET TimeZone = 'UTC'", "SET Calendar = 'gregorian'"};
  if (options.folders) {
    std::string list;
    for (const auto& folder : *options.folders)
      list += (list.empty() ? "" : ", ") + Literal(CAIRN_TRY(os::RealPath(folder)) + "/");
    steps.push_back("SET allowed_directories = [" + list + "]");
    list.clear();
    for (const auto& file : options.files) list += (list.empty() ? "" : ", ") + Literal(file);
    steps.push_back("SET allowed_paths = [" + list + "]");
    steps.emplace_back("SET enable_external_access = false");
  }
  steps.emplace_back("SET lock_configuration = true");
  return steps;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::Open(const Options& options) {
  const auto* library = CAIRN_TRY(Library::Load(options.library));
  auto state = std::make_unique<State>(*library, CAIRN_TRY(OpenDatabase(*library, options)));
  std::unique_ptr<Engine> engine(new Engine(std::move(state)));
  const auto steps = CAIRN_TRY(Closing(options));
  for (const auto& step : steps) CAIRN_TRY(engine->Query(step));
  return engine;
}

Result<Table> Engine::Query(std::string_view sql, std::initializer_list<Value> values, const Limits& limits) {
  return Query(sql, std::span(values.begin(), values.size()), limits);
}

Result<Table> Engine::Query(std::string_view sql, std::span<const Value> values, const Limits& limits) {
  return state_->Limited(sql, limits, [&](Connection& connection) -> Result<Table> {
    if (limits.only_reads) CAIRN_TRY(connection.OnlyReads(sql));
    auto rows = CAIRN_TRY(connection.Run(sql, values, Statement::Mode::Collect));
    auto table = EmptyLike(rows->fields());
    while (CAIRN_TRY(rows->Next()))
      for (std::size_t column = 0; column < table.columns().size(); ++column)
        AppendColumn(table.columns()[column], rows->chunk(), column);
    return table;
  });
}

Result<> Engine::Scan(std::string_view sql, const std::function<Result<>(const Chunk&)>& take,
                      std::span<const Value> values, const Limits& limits) {
  return state_->Limited(sql, limits, [&](Connection& connection) -> Result<> {
    if (limits.only_reads) CAIRN_TRY(connection.OnlyReads(sql));
    auto rows = CAIRN_TRY(connection.Run(sql, values, Statement::Mode::Stream));
    while (CAIRN_TRY(rows->Next())) {
      CAIRN_TRY(take(rows->chunk()));
    }
    return {};
  });
}

Result<> Engine::ScanAhead(std::string_view sql, const std::function<Result<>(const Chunk&)>& take,
                           const std::function<void()>& end, const Limits& limits) {
  return state_->Limited(sql, limits, [&](Connection& connection) -> Result<> {
    if (limits.only_reads) CAIRN_TRY(connection.OnlyReads(sql));
    auto rows = CAIRN_TRY(connection.Run(sql, {}, Statement::Mode::Stream));
    struct Ending {
      const std::function<void()>& end;
      ~Ending() { end(); }
    } const ending{end};
    while (CAIRN_TRY(rows->Next())) {
      CAIRN_TRY(take(rows->chunk()));
    }
    return {};
  });
}

Result<std::vector<std::unique_ptr<Visitor>>> Engine::Visit(
    std::string_view select, const std::function<std::unique_ptr<Visitor>()>& make, const Limits& limits) {
  using Visitors = std::vector<std::unique_ptr<Visitor>>;
  return state_->Limited(select, limits, [&](Connection& connection) -> Result<Visitors> {
    CAIRN_TRY(state_->visits().Register(connection.raw()));
    const auto plain = CAIRN_TRY(connection.Plain(select));
    Visits::Visit visit(state_->visits(), make, plain.names);
    const auto done = connection.Run(visit.Call(plain.sql), {}, Statement::Mode::Collect);
    CAIRN_TRY(visit.Outcome());
    if (!done) return done.error();
    return visit.TakeVisitors();
  });
}

Result<std::vector<Field>> Engine::Sniff(const Source& source, const Limits& limits) {
  const auto sql = "SELECT * FROM " + source.Relation() + " LIMIT 0";
  return state_->Limited(sql, limits, [&](Connection& connection) -> Result<std::vector<Field>> {
    return CAIRN_TRY(connection.Run(sql, {}, Statement::Mode::Collect))->fields();
  });
}

Result<> Engine::Put(std::string_view name, const Table& table) {
  if (table.columns().empty())
    return Error{Reason::InvalidArgument, "Table '" + std::string(name) + "' has no column."};
  auto connection = CAIRN_TRY(state_->Connect());
  CAIRN_TRY(connection->Run(CreateLike(name, table), {}, Statement::Mode::Collect));
  return AppendAll(state_->library(), connection->raw(), name, table);
}

Result<std::int64_t> Engine::Write(std::string_view select, std::string_view path, Format format,
                                   const Limits& limits) {
  const std::string part = std::string(path) + ".part";
  const auto sql = "COPY (" + std::string(select) + "\n) TO " + Literal(part) + " " + CopyOptions(format);
  auto written = state_->Limited(sql, limits, [&](Connection& connection) -> Result<std::int64_t> {
    return CAIRN_TRY(connection.Run(sql, {}, Statement::Mode::Collect))->changed();
  });
  if (written) {
    if (auto renamed = os::Rename(part, std::string(path)); !renamed) written = std::move(renamed).error();
  }
  if (!written) (void)os::Remove(part);
  return written;
}

}  // namespace cairn::tables

#include "loop/moving/targets/mlflow_writer.h"

#include <cmath>

#include "ground/os/identity.h"
#include "ground/vocabulary/text.h"

namespace cairn::moving {
namespace {

const char* StageOf(bool deleted) { return deleted ? "deleted" : "active"; }

sql::Value OrNull(const std::string& text) { return text.empty() ? sql::Value() : sql::Value(text); }
sql::Value OrNull(const std::optional<std::string>& text) { return text ? sql::Value(*text) : sql::Value(); }

/// Enough of a text to know it again.
std::string Head(const std::string& text) {
  constexpr std::size_t kShown = 60;
  return CutTo(text, kShown);
}

double Stored(const tracking::Metric& metric) { return std::isnan(metric.value) ? 0.0 : metric.value; }

/// One row (owner…, key, value) for each pair.
template <class T>
std::vector<sql::Value> RowsOf(const std::vector<sql::Value>& owner, const std::vector<T>& pairs) {
  std::vector<sql::Value> rows;
  for (const auto& [key, value] : pairs) {
    rows.insert(rows.end(), owner.begin(), owner.end());
    rows.insert(rows.end(), {sql::Value(key), sql::Value(value)});
  }
  return rows;
}

std::vector<sql::Value> ValuesOf(const std::string& run, std::span<const tracking::Metric> points) {
  std::vector<sql::Value> rows;
  for (const auto& m : points)
    rows.insert(rows.end(), {m.key, Stored(m), m.at_ms, run, m.step, std::isnan(m.value)});
  return rows;
}

}  // namespace

Result<> MlflowWriter::CheckEmpty() {
  for (const char* table :
       {"experiments", "runs", "metrics", "logged_models", "registered_model_aliases", "inputs"}) {
    const auto found = CAIRN_TRY(connection_.Run(
        connection_.engine() == sql::Engine::Sqlite
            ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1"
            : "SELECT table_name FROM information_schema.tables WHERE table_name = $1 AND table_schema = "
              "ANY (current_schemas(FALSE))",
        {table}));
    if (!found.empty()) continue;
    return Error{Reason::Unsupported,
                 "The target lacks the table '" + std::string(table) +
                     "' of MLflow 3: make an empty store with `mlflow db upgrade URL` and name that."};
  }
  const auto rows = CAIRN_TRY(
      connection_.Run("SELECT (SELECT COUNT(*) FROM runs) + (SELECT COUNT(*) FROM registered_models) + "
                      "(SELECT COUNT(*) FROM experiments WHERE experiment_id <> 0)"));
  if (rows.front().Int(0) == 0) return ReadLimits();
  return Error{Reason::Conflict,
               "The target holds records already: make an empty store with `mlflow db upgrade` "
               "and name that."};
}

Result<> MlflowWriter::ReadLimits() {
  if (connection_.engine() == sql::Engine::Sqlite) return {};
  for (const auto& row : CAIRN_TRY(connection_.Run(
           "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), character_maximum_length FROM "
           "information_schema.columns WHERE table_schema = ANY (current_schemas(FALSE)) AND "
           "character_maximum_length IS NOT NULL")))
    limits_[row.Text(0) + "." + row.Text(1)] = static_cast<std::size_t>(row.Int(2));
  return {};
}

Result<> MlflowWriter::CheckLength(const std::string& who, const std::string& column,
                                   const sql::Value& value) const {
  const auto* text = std::get_if<std::string>(&value.state());
  const auto limit = limits_.find(column);
  if (text == nullptr || limit == limits_.end()) return {};
  // PostgreSQL counts code points.
  const auto length = CodePoints(*text);
  if (length <= limit->second) return {};
  return Error{Reason::InvalidArgument, "MLflow's column " + column + " has room for " +
                                            std::to_string(limit->second) + " characters, and " + who +
                                            " has " + std::to_string(length) + " there: '" + Head(*text) +
                                            "'. Shorten or delete it, or export into SQLite, where MLflow "
                                            "has no such limit; nothing was written."};
}

Result<> MlflowWriter::Insert(const std::string& who, const std::string& table,
                              std::initializer_list<const char*> columns, const std::vector<sql::Value>& rows,
                              const char* tail) {
  if (rows.empty()) return {};
  std::vector<std::string> names;
  std::string list;
  for (const char* column : columns) {
    names.push_back(table + "." + column);
    list += (list.empty() ? "" : ", ") + std::string(column);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) CAIRN_TRY(CheckLength(who, names[i % names.size()], rows[i]));
  return connection_.InsertRows("INSERT INTO " + table + " (" + list + ")", names.size(), rows, tail);
}

Result<> MlflowWriter::Write(const tracking::Experiment& e) {
  const std::string who = "experiment '" + Head(e.name) + "'";
  CAIRN_TRY(Insert(
      who, "experiments",
      {"experiment_id", "name", "artifact_location", "lifecycle_stage", "creation_time", "last_update_time"},
      {e.id, e.name, e.artifact_location, StageOf(e.deleted), e.created_ms, e.updated_ms},
      "ON CONFLICT (experiment_id) DO UPDATE SET name = excluded.name, artifact_location = "
      "excluded.artifact_location, lifecycle_stage = excluded.lifecycle_stage, creation_time = "
      "excluded.creation_time, last_update_time = excluded.last_update_time"));
  return Insert(who, "experiment_tags", {"experiment_id", "key", "value"}, RowsOf({e.id}, e.tags));
}

Result<> MlflowWriter::Write(const tracking::Run& run) {
  const auto& info = run.info;
  const std::string who = "run " + info.id;
  CAIRN_TRY(Insert(
      who, "runs",
      {"run_uuid", "name", "source_type", "source_name", "entry_point_name", "user_id", "status",
       "start_time", "end_time", "deleted_time", "source_version", "lifecycle_stage", "artifact_uri",
       "experiment_id"},
      {info.id, info.name, "UNKNOWN", "", "", info.user, NameOf(info.status), info.start_ms,
       info.end_ms ? sql::Value(*info.end_ms) : sql::Value(), info.deleted ? sql::Value(now_) : sql::Value(),
       "", StageOf(info.deleted), info.artifact_uri, info.experiment}));
  CAIRN_TRY(Insert(who, "params", {"run_uuid", "key", "value"}, RowsOf({info.id}, run.params)));
  CAIRN_TRY(Insert(who, "tags", {"run_uuid", "key", "value"}, RowsOf({info.id}, run.tags)));
  CAIRN_TRY(InsertValues(who, "latest_metrics", ValuesOf(info.id, run.metrics)));
  return WriteInputs(run);
}

Result<> MlflowWriter::WriteInputs(const tracking::Run& run) {
  std::string edge;
  for (const auto& input : run.inputs) {
    const std::string dataset = CAIRN_TRY(DatasetId(run.info.experiment, input.dataset));
    CAIRN_TRY(WriteEdge("DATASET", dataset, "RUN", run.info.id, 0, edge));
    CAIRN_TRY(Insert("run " + run.info.id, "input_tags", {"input_uuid", "name", "value"},
                     RowsOf({edge}, input.tags)));
  }
  for (const auto& model : run.input_models)
    CAIRN_TRY(WriteEdge("RUN_INPUT", run.info.id, "MODEL_INPUT", model, 0, edge));
  for (const auto& output : run.outputs)
    CAIRN_TRY(WriteEdge("RUN_OUTPUT", run.info.id, "MODEL_OUTPUT", output.model_id, output.step, edge));
  return {};
}

Result<> MlflowWriter::WriteEdge(const char* from_kind, const std::string& from, const char* to_kind,
                                 const std::string& to, std::int64_t step, std::string& id) {
  id = os::NewHexId();
  // MLflow knows one edge between a run and a model, at one step.
  CAIRN_TRY(connection_.Run(
      "INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id, step) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
      {id, from_kind, from, to_kind, to, step}));
  return {};
}

Result<std::string> MlflowWriter::DatasetId(tracking::ExperimentId experiment, const tracking::Dataset& d) {
  auto& id = datasets_[std::to_string(experiment) + "\n" + d.name + "\n" + d.digest];
  if (!id.empty()) return id;
  id = os::NewHexId();
  CAIRN_TRY(Insert(
      "data set '" + Head(d.name) + "'", "datasets",
      {"dataset_uuid", "experiment_id", "name", "digest", "dataset_source_type", "dataset_source",
       "dataset_schema", "dataset_profile"},
      {id, experiment, d.name, d.digest, d.source_type, d.source, OrNull(d.schema), OrNull(d.profile)}));
  return id;
}

Result<> MlflowWriter::WritePoints(const std::string& run, std::span<const tracking::Metric> points) {
  return InsertValues("run " + run, "metrics", ValuesOf(run, points));
}

Result<> MlflowWriter::InsertValues(const std::string& who, const char* table,
                                    const std::vector<sql::Value>& rows) {
  if (rows.empty()) return {};
  constexpr std::size_t kWidth = 6;
  for (std::size_t i = 0; i < rows.size(); i += kWidth)
    CAIRN_TRY(CheckLength(who, std::string(table) + ".key", rows[i]));
  return connection_.InsertRows(
      std::string("INSERT INTO ") + table + " (key, value, timestamp, run_uuid, step, is_nan)", kWidth, rows);
}

Result<> MlflowWriter::Write(const tracking::LoggedModel& m) {
  const std::string who = "logged model " + m.id;
  CAIRN_TRY(Insert(who, "logged_models",
                   {"model_id", "experiment_id", "name", "artifact_location", "creation_timestamp_ms",
                    "last_updated_timestamp_ms", "status", "lifecycle_stage", "model_type", "source_run_id"},
                   {m.id, m.experiment, m.name, m.artifact_uri, m.created_ms, m.updated_ms,
                    static_cast<int>(m.status), StageOf(m.deleted), OrNull(m.type), OrNull(m.source_run)}));
  CAIRN_TRY(Insert(who, "logged_model_params", {"model_id", "experiment_id", "param_key", "param_value"},
                   RowsOf({m.id, m.experiment}, m.params)));
  CAIRN_TRY(Insert(who, "logged_model_tags", {"model_id", "experiment_id", "tag_key", "tag_value"},
                   RowsOf({m.id, m.experiment}, m.tags)));
  std::vector<sql::Value> rows;
  for (const auto& p : m.metrics) {
    rows.insert(rows.end(),
                {m.id, p.key, p.at_ms, p.step, std::isnan(p.value) ? sql::Value() : sql::Value(p.value),
                 m.experiment, p.run_id, OrNull(p.dataset_name), OrNull(p.dataset_digest)});
  }
  // MLflow keeps one value of a metric per time and step.
  return Insert(who, "logged_model_metrics",
                {"model_id", "metric_name", "metric_timestamp_ms", "metric_step", "metric_value",
                 "experiment_id", "run_id", "dataset_name", "dataset_digest"},
                rows, "ON CONFLICT DO NOTHING");
}

Result<> MlflowWriter::Write(const FoundModel& found) {
  const auto& model = found.model;
  const std::string who = "model '" + Head(model.name) + "'";
  CAIRN_TRY(Insert(who, "registered_models", {"name", "creation_time", "last_updated_time", "description"},
                   {model.name, model.created_ms, model.updated_ms, model.description}));
  CAIRN_TRY(Insert(who, "registered_model_tags", {"name", "key", "value"}, RowsOf({model.name}, model.tags)));
  for (const auto& version : found.versions) CAIRN_TRY(WriteVersion(version));
  for (const auto& alias : model.aliases)
    CAIRN_TRY(Insert(who, "registered_model_aliases", {"name", "alias", "version"},
                     {model.name, alias.name, alias.version}));
  return {};
}

Result<> MlflowWriter::WriteVersion(const FoundVersion& found) {
  auto v = found.version;
  const std::string who = "version " + std::to_string(v.version) + " of model '" + Head(v.model) + "'";
  if (found.deleted) {
    // As MLflow leaves the row of a version that it deleted.
    v.stage = "Deleted_Internal";
    v.source = "REDACTED-SOURCE-PATH";
    v.run_id = "REDACTED-RUN-ID";
    v.run_link = "REDACTED-RUN-LINK";
  }
  CAIRN_TRY(Insert(who, "model_versions",
                   {"name", "version", "creation_time", "last_updated_time", "description", "user_id",
                    "current_stage", "source", "storage_location", "run_id", "run_link", "status"},
                   {v.model, v.version, v.created_ms, v.updated_ms, v.description, OrNull(v.created_by),
                    v.stage, v.source, v.storage, OrNull(v.run_id), OrNull(v.run_link), "READY"}));
  return Insert(who, "model_version_tags", {"name", "version", "key", "value"},
                RowsOf({v.model, v.version}, v.tags));
}

Result<> MlflowWriter::SetCounters() {
  if (connection_.engine() == sql::Engine::Sqlite) return {};
  CAIRN_TRY(
      connection_.Run("SELECT setval(pg_get_serial_sequence('experiments', 'experiment_id'), "
                      "GREATEST(MAX(experiment_id), 1)) "
                      "FROM experiments"));
  return {};
}

}  // namespace cairn::moving

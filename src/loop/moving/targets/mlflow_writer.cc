#include "loop/moving/targets/mlflow_writer.h"

#include <cmath>

#include "ground/os/identity.h"

namespace cairn::moving {
namespace {

const char* StageOf(bool deleted) { return deleted ? "deleted" : "active"; }

sql::Value OrNull(const std::string& text) { return text.empty() ? sql::Value() : sql::Value(text); }
sql::Value OrNull(const std::optional<std::string>& text) { return text ? sql::Value(*text) : sql::Value(); }

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
  if (rows.front().Int(0) == 0) return {};
  return Error{Reason::Conflict,
               "The target holds records already: make an empty store with `mlflow db upgrade` "
               "and name that."};
}

Result<> MlflowWriter::Write(const tracking::Experiment& e) {
  CAIRN_TRY(connection_.Run(
      "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, "
      "last_update_time) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (experiment_id) DO UPDATE SET name = "
      "excluded.name, artifact_location = excluded.artifact_location, lifecycle_stage = "
      "excluded.lifecycle_stage, "
      "creation_time = excluded.creation_time, last_update_time = excluded.last_update_time",
      {e.id, e.name, e.artifact_location, StageOf(e.deleted), e.created_ms, e.updated_ms}));
  if (e.tags.empty()) return {};
  return connection_.InsertRows("INSERT INTO experiment_tags (experiment_id, key, value)", 3,
                                RowsOf({e.id}, e.tags));
}

Result<> MlflowWriter::Write(const tracking::Run& run) {
  const auto& info = run.info;
  CAIRN_TRY(connection_.Run(
      "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, "
      "start_time, "
      "end_time, deleted_time, source_version, lifecycle_stage, artifact_uri, experiment_id) "
      "VALUES ($1, $2, 'UNKNOWN', '', '', $3, $4, $5, $6, $7, '', $8, $9, $10)",
      {info.id, info.name, info.user, NameOf(info.status), info.start_ms,
       info.end_ms ? sql::Value(*info.end_ms) : sql::Value(), info.deleted ? sql::Value(now_) : sql::Value(),
       StageOf(info.deleted), info.artifact_uri, info.experiment}));
  if (!run.params.empty())
    CAIRN_TRY(connection_.InsertRows("INSERT INTO params (run_uuid, key, value)", 3,
                                     RowsOf({info.id}, run.params)));
  if (!run.tags.empty())
    CAIRN_TRY(
        connection_.InsertRows("INSERT INTO tags (run_uuid, key, value)", 3, RowsOf({info.id}, run.tags)));
  CAIRN_TRY(InsertValues("latest_metrics", ValuesOf(info.id, run.metrics)));
  return WriteInputs(run);
}

Result<> MlflowWriter::WriteInputs(const tracking::Run& run) {
  std::string edge;
  for (const auto& input : run.inputs) {
    const std::string dataset = CAIRN_TRY(DatasetId(run.info.experiment, input.dataset));
    CAIRN_TRY(WriteEdge("DATASET", dataset, "RUN", run.info.id, 0, edge));
    if (!input.tags.empty())
      CAIRN_TRY(connection_.InsertRows("INSERT INTO input_tags (input_uuid, name, value)", 3,
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
  CAIRN_TRY(connection_.Run(
      "INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source, "
      "dataset_schema, dataset_profile) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      {id, experiment, d.name, d.digest, d.source_type, d.source, OrNull(d.schema), OrNull(d.profile)}));
  return id;
}

Result<> MlflowWriter::WritePoints(const std::string& run, std::span<const tracking::Metric> points) {
  return InsertValues("metrics", ValuesOf(run, points));
}

Result<> MlflowWriter::InsertValues(const char* table, const std::vector<sql::Value>& rows) {
  if (rows.empty()) return {};
  const std::string columns = "(key, value, timestamp, run_uuid, step, is_nan)";
  const auto head = std::string("INSERT INTO ") + table + " " + columns;
  if (connection_.engine() == sql::Engine::Sqlite) return connection_.InsertRows(head, 6, rows);
  // PostgreSQL takes no number for a truth value, so the rows come by way of a table that does.
  CAIRN_TRY(
      connection_.Run("CREATE TEMPORARY TABLE IF NOT EXISTS cairn_values (key TEXT, value DOUBLE PRECISION, "
                      "timestamp BIGINT, "
                      "run_uuid TEXT, step BIGINT, is_nan BIGINT) ON COMMIT DROP"));
  CAIRN_TRY(connection_.InsertRows("INSERT INTO cairn_values " + columns, 6, rows));
  CAIRN_TRY(
      connection_.Run(head + " SELECT key, value, timestamp, run_uuid, step, is_nan <> 0 FROM cairn_values"));
  CAIRN_TRY(connection_.Run("DELETE FROM cairn_values"));
  return {};
}

Result<> MlflowWriter::Write(const tracking::LoggedModel& m) {
  CAIRN_TRY(connection_.Run(
      "INSERT INTO logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms, "
      "last_updated_timestamp_ms, status, lifecycle_stage, model_type, source_run_id) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {m.id, m.experiment, m.name, m.artifact_uri, m.created_ms, m.updated_ms, static_cast<int>(m.status),
       StageOf(m.deleted), OrNull(m.type), OrNull(m.source_run)}));
  if (!m.params.empty())
    CAIRN_TRY(connection_.InsertRows(
        "INSERT INTO logged_model_params (model_id, experiment_id, param_key, param_value)", 4,
        RowsOf({m.id, m.experiment}, m.params)));
  if (!m.tags.empty())
    CAIRN_TRY(
        connection_.InsertRows("INSERT INTO logged_model_tags (model_id, experiment_id, tag_key, tag_value)",
                               4, RowsOf({m.id, m.experiment}, m.tags)));
  std::vector<sql::Value> rows;
  for (const auto& p : m.metrics) {
    rows.insert(rows.end(),
                {m.id, p.key, p.at_ms, p.step, std::isnan(p.value) ? sql::Value() : sql::Value(p.value),
                 m.experiment, p.run_id, OrNull(p.dataset_name), OrNull(p.dataset_digest)});
  }
  if (rows.empty()) return {};
  // MLflow keeps one value of a metric per time and step.
  return connection_.InsertRows(
      "INSERT INTO logged_model_metrics (model_id, metric_name, metric_timestamp_ms, metric_step, "
      "metric_value, "
      "experiment_id, run_id, dataset_name, dataset_digest)",
      9, rows, "ON CONFLICT DO NOTHING");
}

Result<> MlflowWriter::Write(const FoundModel& found) {
  const auto& model = found.model;
  CAIRN_TRY(
      connection_.Run("INSERT INTO registered_models (name, creation_time, last_updated_time, description) "
                      "VALUES ($1, $2, $3, $4)",
                      {model.name, model.created_ms, model.updated_ms, model.description}));
  if (!model.tags.empty())
    CAIRN_TRY(connection_.InsertRows("INSERT INTO registered_model_tags (name, key, value)", 3,
                                     RowsOf({model.name}, model.tags)));
  for (const auto& version : found.versions) CAIRN_TRY(WriteVersion(version));
  for (const auto& alias : model.aliases)
    CAIRN_TRY(
        connection_.Run("INSERT INTO registered_model_aliases (name, alias, version) VALUES ($1, $2, $3)",
                        {model.name, alias.name, alias.version}));
  return {};
}

Result<> MlflowWriter::WriteVersion(const FoundVersion& found) {
  auto v = found.version;
  if (found.deleted) {
    // As MLflow leaves the row of a version that it deleted.
    v.stage = "Deleted_Internal";
    v.source = "REDACTED-SOURCE-PATH";
    v.run_id = "REDACTED-RUN-ID";
    v.run_link = "REDACTED-RUN-LINK";
  }
  CAIRN_TRY(connection_.Run(
      "INSERT INTO model_versions (name, version, creation_time, last_updated_time, description, user_id, "
      "current_stage, source, storage_location, run_id, run_link, status) VALUES ($1, $2, $3, $4, $5, $6, "
      "$7, $8, "
      "$9, $10, $11, 'READY')",
      {v.model, v.version, v.created_ms, v.updated_ms, v.description, OrNull(v.created_by), v.stage, v.source,
       v.storage, OrNull(v.run_id), OrNull(v.run_link)}));
  if (v.tags.empty()) return {};
  return connection_.InsertRows("INSERT INTO model_version_tags (name, version, key, value)", 4,
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

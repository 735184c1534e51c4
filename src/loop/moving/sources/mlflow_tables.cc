#include "loop/moving/sources/mlflow_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "ground/os/files.h"
#include "ground/sql/foreign.h"
#include "ground/vocabulary/text.h"
#include "loop/moving/sources/kept_files.h"

namespace cairn::moving {
namespace {

constexpr std::int64_t kRunsAtATime = 200, kPointsAtATime = 1000;
constexpr const char* kDeletedVersion = "Deleted_Internal";
constexpr const char* kNan = "CASE WHEN is_nan THEN 1 ELSE 0 END";

/// Tables of what Cairn does not keep, and what a reader calls their rows.
constexpr std::array<std::pair<const char*, const char*>, 7> kLeftBehind = {{
    {"trace_info", "traces"},
    {"assessments", "assessments of traces"},
    {"evaluation_datasets", "evaluation data sets"},
    {"scorers", "scorers"},
    {"issues", "issues"},
    {"endpoints", "gateway endpoints"},
    {"mcp_servers", "MCP servers"},
}};

bool IsDeleted(const std::string& stage) { return stage == "deleted"; }

std::optional<std::string> Optional(const sql::Row& row, std::size_t column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Text(column);
}

/// Rows of (key, value) as tags, params and the like.
template <class T>
Result<std::vector<T>> Pairs(sql::Connection& connection, const std::string& statement,
                             std::initializer_list<sql::Value> values) {
  std::vector<T> pairs;
  for (const auto& row : CAIRN_TRY(connection.Run(statement, values)))
    pairs.push_back({row.Text(0), row.Text(1)});
  return pairs;
}

class MlflowTables final : public Source {
 public:
  /// `folder`: where relative paths in the records begin.
  MlflowTables(std::unique_ptr<sql::Database> database, const Origin& origin, const std::string& folder,
               std::set<std::string> tables)
      : database_(std::move(database)), files_(origin, folder, folder), tables_(std::move(tables)) {}

  Result<std::vector<tracking::Experiment>> Experiments() override {
    return database_->Read([&](sql::Connection& c) -> Result<std::vector<tracking::Experiment>> {
      std::vector<tracking::Experiment> found;
      for (const auto& row :
           CAIRN_TRY(c.Run("SELECT experiment_id, name, artifact_location, lifecycle_stage, "
                           "creation_time, last_update_time FROM experiments ORDER BY 1"))) {
        found.push_back(
            {row.Int(0), row.Text(1), row.Text(2), IsDeleted(row.Text(3)), row.Int(4), row.Int(5), {}});
        found.back().tags = CAIRN_TRY(Pairs<tracking::Tag>(
            c, "SELECT key, value FROM experiment_tags WHERE experiment_id = $1 ORDER BY key", {row.Int(0)}));
      }
      return found;
    });
  }

  Result<RunPage> Runs(tracking::ExperimentId experiment, const std::string& page) override {
    return database_->Read([&](sql::Connection& c) -> Result<RunPage> {
      RunPage found;
      const auto rows = CAIRN_TRY(c.Run(
          "SELECT run_uuid, name, user_id, status, start_time, end_time, artifact_uri, lifecycle_stage FROM "
          "runs WHERE experiment_id = $1 AND run_uuid > $2 ORDER BY run_uuid LIMIT $3",
          {experiment, page, kRunsAtATime}));
      for (const auto& row : rows) found.runs.push_back(CAIRN_TRY(RunOf(c, row, experiment)));
      if (std::ssize(rows) == kRunsAtATime) found.next = rows.back().Text(0);
      return found;
    });
  }

  Result<> Points(const std::string& run, const std::string& key, const Take& take) override {
    tracking::Metric last;
    last.key = key;
    std::int64_t last_nan = -1;
    last.step = last.at_ms = INT64_MIN;
    for (;;) {
      const auto rows = CAIRN_TRY(database_->Read([&](sql::Connection& c) {
        return c.Run(std::string("SELECT step, timestamp, value, ") + kNan +
                         " FROM metrics WHERE run_uuid = $1 AND key = $2 AND (step, timestamp, value, " +
                         kNan + ") > ($3, $4, $5, $6) ORDER BY 1, 2, 3, 4 LIMIT $7",
                     {run, key, last.step, last.at_ms, last.value, last_nan, kPointsAtATime});
      }));
      std::vector<tracking::Metric> points;
      for (const auto& row : rows) {
        points.push_back(last);
        points.back().step = row.Int(0);
        points.back().at_ms = row.Int(1);
        points.back().value = row.Int(3) != 0 ? std::nan("") : row.Double(2);
      }
      if (!points.empty()) CAIRN_TRY(take(points));
      if (std::ssize(rows) < kPointsAtATime) return {};
      last.step = rows.back().Int(0);
      last.at_ms = rows.back().Int(1);
      last.value = rows.back().Double(2);
      last_nan = rows.back().Int(3);
    }
  }

  Result<std::vector<tracking::LoggedModel>> Models(tracking::ExperimentId experiment) override {
    std::vector<tracking::LoggedModel> models;
    if (!tables_.contains("logged_models")) return models;
    return database_->Read([&](sql::Connection& c) -> Result<std::vector<tracking::LoggedModel>> {
      const auto rows = CAIRN_TRY(c.Run(
          "SELECT model_id, name, artifact_location, creation_timestamp_ms, last_updated_timestamp_ms, "
          "status, lifecycle_stage, model_type, source_run_id FROM logged_models WHERE experiment_id = $1 "
          "ORDER BY model_id",
          {experiment}));
      for (const auto& row : rows) models.push_back(CAIRN_TRY(ModelOf(c, row, experiment)));
      return models;
    });
  }

  Result<std::vector<FoundModel>> Registered() override {
    return database_->Read([&](sql::Connection& c) -> Result<std::vector<FoundModel>> {
      std::vector<FoundModel> found;
      if (!tables_.contains("registered_models")) return found;
      for (const auto& row :
           CAIRN_TRY(c.Run("SELECT name, description, creation_time, last_updated_time FROM "
                           "registered_models ORDER BY name"))) {
        FoundModel one;
        one.model = {row.Text(0), row.Text(1), {}, {}, row.Int(2), row.Int(3)};
        for (const auto& tag : CAIRN_TRY(c.Run(
                 "SELECT key, value FROM registered_model_tags WHERE name = $1 ORDER BY key", {row.Text(0)})))
          one.model.tags.emplace_back(tag.Text(0), tag.Text(1));
        CAIRN_TRY(ReadAliases(c, one.model));
        CAIRN_TRY(ReadVersions(c, one));
        found.push_back(std::move(one));
      }
      NoteLoggedModels(found);
      return found;
    });
  }

  Result<std::vector<std::string>> LeftBehind() override {
    return database_->Read([&](sql::Connection& c) -> Result<std::vector<std::string>> {
      std::vector<std::string> left;
      for (const auto& [table, what] : kLeftBehind) {
        if (!tables_.contains(table)) continue;
        const auto rows = CAIRN_TRY(c.Run("SELECT COUNT(*) FROM " + std::string(table)));
        if (const auto count = rows.front().Int(0); count > 0)
          left.push_back(WithThousands(count) + " " + what);
      }
      return left;
    });
  }

  Result<std::vector<std::string>> WebhookNames() override {
    return database_->Read([&](sql::Connection& c) -> Result<std::vector<std::string>> {
      std::vector<std::string> names;
      if (!tables_.contains("webhooks")) return names;
      for (const auto& row :
           CAIRN_TRY(c.Run("SELECT name FROM webhooks WHERE deleted_timestamp IS NULL ORDER BY name")))
        names.push_back(row.Text(0));
      return names;
    });
  }

  bool Reaches(const std::string& uri) const override { return files_.Reaches(uri); }
  Result<std::vector<FoundFile>> Files(const Owner& owner) override { return files_.Files(owner); }
  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) override {
    return files_.Fetch(owner, path, to);
  }

 private:
  Result<tracking::Run> RunOf(sql::Connection& c, const sql::Row& row, tracking::ExperimentId experiment) {
    tracking::Run run;
    auto& info = run.info;
    info.id = row.Text(0);
    info.experiment = experiment;
    info.name = row.Text(1);
    info.user = row.Text(2);
    info.status = tracking::RunStatusOf(row.Text(3)).value_or(tracking::RunStatus::Running);
    info.start_ms = row.Int(4);
    if (!row.IsNull(5)) info.end_ms = row.Int(5);
    info.artifact_uri = row.Text(6);
    info.deleted = IsDeleted(row.Text(7));
    run.params = CAIRN_TRY(Pairs<tracking::Param>(
        c, "SELECT key, value FROM params WHERE run_uuid = $1 ORDER BY key", {info.id}));
    run.tags = CAIRN_TRY(
        Pairs<tracking::Tag>(c, "SELECT key, value FROM tags WHERE run_uuid = $1 ORDER BY key", {info.id}));
    for (const auto& metric : CAIRN_TRY(c.Run(std::string("SELECT key, value, timestamp, step, ") + kNan +
                                                  " FROM latest_metrics WHERE run_uuid = $1 ORDER BY key",
                                              {info.id}))) {
      run.metrics.push_back({metric.Text(0), metric.Int(4) != 0 ? std::nan("") : metric.Double(1),
                             metric.Int(2), metric.Int(3), "", "", "", ""});
    }
    CAIRN_TRY(ReadInputs(c, run));
    return run;
  }

  Result<> ReadInputs(sql::Connection& c, tracking::Run& run) {
    if (!tables_.contains("inputs")) return {};
    for (const auto& row :
         CAIRN_TRY(c.Run("SELECT i.input_uuid, d.name, d.digest, d.dataset_source_type, d.dataset_source, "
                         "d.dataset_schema, d.dataset_profile FROM inputs i JOIN datasets d ON "
                         "d.dataset_uuid = i.source_id "
                         "WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND "
                         "i.destination_id = $1 ORDER BY "
                         "d.name, d.digest",
                         {run.info.id}))) {
      tracking::DatasetInput input;
      input.dataset = {row.Text(1), row.Text(2),      row.Text(3),
                       row.Text(4), Optional(row, 5), Optional(row, 6)};
      input.tags = CAIRN_TRY(Pairs<tracking::Tag>(
          c, "SELECT name, value FROM input_tags WHERE input_uuid = $1 ORDER BY name", {row.Text(0)}));
      run.inputs.push_back(std::move(input));
    }
    if (!tables_.contains("logged_models")) return {};
    for (const auto& row :
         CAIRN_TRY(c.Run("SELECT destination_id, step, destination_type FROM inputs WHERE source_id = "
                         "$1 AND source_type IN ('RUN_INPUT', 'RUN_OUTPUT') ORDER BY 1, 2",
                         {run.info.id}))) {
      if (row.Text(2) == "MODEL_INPUT") run.input_models.push_back(row.Text(0));
      if (row.Text(2) == "MODEL_OUTPUT") run.outputs.push_back({row.Text(0), row.Int(1)});
    }
    return {};
  }

  Result<tracking::LoggedModel> ModelOf(sql::Connection& c, const sql::Row& row,
                                        tracking::ExperimentId experiment) {
    tracking::LoggedModel model;
    model.id = row.Text(0);
    model.experiment = experiment;
    model.name = row.Text(1);
    model.artifact_uri = row.Text(2);
    model.created_ms = row.Int(3);
    model.updated_ms = row.Int(4);
    model.status = static_cast<tracking::ModelStatus>(std::clamp<std::int64_t>(row.Int(5), 1, 3));
    model.deleted = IsDeleted(row.Text(6));
    model.type = row.Text(7);
    model.source_run = row.Text(8);
    model.tags = CAIRN_TRY(Pairs<tracking::Tag>(
        c, "SELECT tag_key, tag_value FROM logged_model_tags WHERE model_id = $1 ORDER BY 1", {model.id}));
    model.params = CAIRN_TRY(Pairs<tracking::Param>(
        c, "SELECT param_key, param_value FROM logged_model_params WHERE model_id = $1 ORDER BY 1",
        {model.id}));
    for (const auto& m : CAIRN_TRY(c.Run("SELECT metric_name, metric_value, metric_timestamp_ms, "
                                         "metric_step, dataset_name, dataset_digest, "
                                         "run_id FROM logged_model_metrics WHERE model_id = $1",
                                         {model.id}))) {
      model.metrics.push_back({m.Text(0), m.IsNull(1) ? std::nan("") : m.Double(1), m.Int(2), m.Int(3),
                               model.id, m.Text(4), m.Text(5), m.Text(6)});
    }
    return model;
  }

  Result<> ReadAliases(sql::Connection& c, registry::RegisteredModel& model) {
    if (!tables_.contains("registered_model_aliases")) return {};
    for (const auto& row :
         CAIRN_TRY(c.Run("SELECT alias, version FROM registered_model_aliases WHERE name = $1 ORDER BY alias",
                         {model.name})))
      model.aliases.push_back({row.Text(0), row.Int(1)});
    return {};
  }

  Result<> ReadVersions(sql::Connection& c, FoundModel& one) {
    const std::string storage =
        tables_.contains("model_versions.storage_location") ? "storage_location" : "NULL";
    for (const auto& row : CAIRN_TRY(c.Run(
             "SELECT version, creation_time, last_updated_time, description, user_id, current_stage, source, "
             "run_id, run_link, " +
                 storage + " FROM model_versions WHERE name = $1 ORDER BY version",
             {one.model.name}))) {
      FoundVersion found;
      auto& v = found.version;
      v.model = one.model.name;
      v.version = row.Int(0);
      v.created_ms = row.Int(1);
      v.updated_ms = row.Int(2);
      v.description = row.Text(3);
      v.created_by = row.Text(4);
      v.stage = row.Text(5).empty() ? "None" : row.Text(5);
      v.source = row.Text(6);
      v.run_id = row.Text(7);
      v.run_link = row.Text(8);
      v.storage = row.Text(9).empty() ? v.source : row.Text(9);
      found.deleted = v.stage == kDeletedVersion;
      for (const auto& tag : CAIRN_TRY(c.Run(
               "SELECT key, value FROM model_version_tags WHERE name = $1 AND version = $2 ORDER BY key",
               {v.model, v.version})))
        v.tags.emplace_back(tag.Text(0), tag.Text(1));
      one.versions.push_back(std::move(found));
    }
    return {};
  }

  std::unique_ptr<sql::Database> database_;
  const KeptFiles files_;
  std::set<std::string> tables_;  ///< And "table.column" for columns that older ones lack.
};

Result<std::set<std::string>> TablesOf(sql::Database& database) {
  return database.Read([](sql::Connection& c) -> Result<std::set<std::string>> {
    std::set<std::string> names;
    const bool sqlite = c.engine() == sql::Engine::Sqlite;
    for (const auto& row :
         CAIRN_TRY(c.Run(sqlite ? "SELECT name FROM sqlite_master WHERE type = 'table'"
                                : "SELECT CAST(table_name AS TEXT) FROM information_schema.tables "
                                  "WHERE table_schema = current_schema()")))
      names.insert(row.Text(0));
    for (const auto& row : CAIRN_TRY(c.Run(
             sqlite ? "SELECT name FROM pragma_table_info('model_versions')"
                    : "SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_schema = "
                      "current_schema() AND table_name = 'model_versions'")))
      names.insert("model_versions." + row.Text(0));
    return names;
  });
}

}  // namespace

Result<std::unique_ptr<Source>> OpenMlflowTables(const std::string& url, const Origin& origin) {
  auto database = CAIRN_TRY(sql::OpenToRead(url));
  auto tables = CAIRN_TRY(TablesOf(*database));
  for (const char* table : {"experiments", "runs", "metrics", "latest_metrics", "params", "tags"}) {
    if (tables.contains(table)) continue;
    return Error{Reason::Unsupported,
                 "The database holds no MLflow store that can be read: it lacks the table '" +
                     std::string(table) +
                     "'. Bring it up to date with `mlflow db upgrade` first, or name another."};
  }
  // Relative paths in the records begin where the server was started, which for SQLite mostly is beside the
  // file.
  const std::string folder = url.starts_with("sqlite:///") ? os::ParentOf(url.substr(10)) : ".";
  return std::unique_ptr<Source>(
      std::make_unique<MlflowTables>(std::move(database), origin, folder, std::move(tables)));
}

}  // namespace cairn::moving

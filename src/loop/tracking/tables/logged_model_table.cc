#include "loop/tracking/tables/logged_model_table.h"

#include <cmath>
#include <unordered_map>

#include "loop/tracking/sentence.h"

namespace cairn::tracking {

LoggedModel LoggedModelOf(const sql::Row& row) {
  LoggedModel model;
  model.id = row.Text(0);
  model.experiment = row.Int(1);
  model.name = row.Text(2);
  model.type = row.Text(3);
  model.source_run = row.Text(4);
  model.artifact_uri = row.Text(5);
  model.status = static_cast<ModelStatus>(row.Int(6));
  model.deleted = row.Int(7) != 0;
  model.created_ms = row.Int(8);
  model.updated_ms = row.Int(9);
  return model;
}

Result<> InsertLoggedModel(sql::Connection& connection, const LoggedModel& m) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO logged_model (id, experiment, name, type, source_run, artifact_uri, status, deleted, "
      "created_ms, updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {m.id, m.experiment, m.name, m.type, m.source_run, m.artifact_uri, static_cast<int>(m.status),
       m.deleted, m.created_ms, m.updated_ms}));
  return {};
}

Result<LoggedModel> ReadLoggedModel(sql::Connection& connection, std::string_view id) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT m.id, m.experiment, m.name, m.type, m.source_run, m.artifact_uri, "
                               "m.status, m.deleted, m.created_ms, m.updated_ms "
                               "FROM logged_model m WHERE m.id = $1",
                               {id}));
  if (rows.empty())
    return Error{Reason::NotFound, "Logged model with ID '" + std::string(id) + "' not found."};
  return LoggedModelOf(rows.front());
}

Result<LoggedModel> ReadLiveModel(sql::Connection& connection, std::string_view id) {
  auto model = CAIRN_TRY(ReadLoggedModel(connection, id));
  if (model.deleted)
    return Error{Reason::NotFound,
                 "Logged model with ID '" + std::string(id) + "' not found: it was deleted."};
  return model;
}

Result<> UpdateLoggedModel(sql::Connection& connection, const LoggedModel& m) {
  CAIRN_TRY(connection.Run("UPDATE logged_model SET status = $2, deleted = $3, updated_ms = $4 WHERE id = $1",
                           {m.id, static_cast<int>(m.status), m.deleted, m.updated_ms}));
  return {};
}

Result<> UpsertModelTags(sql::Connection& connection, std::string_view id, std::span<const Tag> tags) {
  for (const auto& tag : tags) {
    CAIRN_TRY(
        connection.Run("INSERT INTO logged_model_tag (model, key, value) VALUES ($1, $2, $3) "
                       "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
                       {id, tag.key, tag.value}));
  }
  return {};
}

Result<bool> EraseModelTag(sql::Connection& connection, std::string_view id, std::string_view key) {
  const auto rows = CAIRN_TRY(
      connection.Run("DELETE FROM logged_model_tag WHERE model = $1 AND key = $2 RETURNING key", {id, key}));
  return !rows.empty();
}

Result<> InsertModelParams(sql::Connection& connection, std::string_view id, std::span<const Param> params) {
  if (params.empty()) return {};
  std::vector<sql::Value> rows;
  for (const auto& param : params) rows.insert(rows.end(), {id, param.key, param.value});
  return connection.InsertRows("INSERT INTO logged_model_param (model, key, value)", 3, rows);
}

Result<> ReadModelRecords(sql::Connection& connection, std::span<LoggedModel> models) {
  std::unordered_map<std::string_view, LoggedModel*> by_id;
  std::vector<sql::Value> ids;
  for (auto& model : models) {
    by_id[model.id] = &model;
    ids.emplace_back(model.id);
  }
  const auto each = [&](std::string_view head, std::string_view tail, auto take) {
    return ForChunks(ids, [&](Sentence& sentence, const std::string& list) -> Result<> {
      sentence.Add(head);
      sentence.Add(list);
      sentence.Add(tail);
      for (const auto& row : CAIRN_TRY(sentence.Run(connection))) take(*by_id[row.Text(0)], row);
      return {};
    });
  };
  CAIRN_TRY(each("SELECT model, key, value FROM logged_model_tag WHERE model IN ", " ORDER BY model, key",
                 [](LoggedModel& model, const sql::Row& row) {
                   model.tags.push_back({row.Text(1), row.Text(2)});
                 }));
  CAIRN_TRY(each("SELECT model, key, value FROM logged_model_param WHERE model IN ", " ORDER BY model, key",
                 [](LoggedModel& model, const sql::Row& row) {
                   model.params.push_back({row.Text(1), row.Text(2)});
                 }));
  return each(
      "SELECT model, key, value, is_nan, at_ms, step, run, dataset_name, dataset_digest FROM "
      "logged_model_metric "
      "WHERE model IN ",
      " ORDER BY model, key, at_ms, step, value", [](LoggedModel& model, const sql::Row& row) {
        Metric metric;
        metric.key = row.Text(1);
        metric.value = row.Int(3) != 0 ? std::nan("") : row.Double(2);
        metric.at_ms = row.Int(4);
        metric.step = row.Int(5);
        metric.run_id = row.Text(6);
        metric.model_id = model.id;
        metric.dataset_name = row.Text(7);
        metric.dataset_digest = row.Text(8);
        model.metrics.push_back(std::move(metric));
      });
}

}  // namespace cairn::tracking

#include "loop/tracking/tables/input_table.h"

#include "loop/tracking/sentence.h"

namespace cairn::tracking {
namespace {

sql::Value OrNull(const std::optional<std::string>& text) { return text ? sql::Value(*text) : sql::Value(); }

Result<> InsertInput(sql::Connection& connection, std::int64_t run, ExperimentId experiment,
                     const DatasetInput& input) {
  const auto& d = input.dataset;
  CAIRN_TRY(connection.Run(
      "INSERT INTO input_dataset (experiment, name, digest, source_type, source, schema_text, profile) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
      {experiment, d.name, d.digest, d.source_type, d.source, OrNull(d.schema), OrNull(d.profile)}));
  const auto added = CAIRN_TRY(
      connection.Run("INSERT INTO run_input (run, name, digest, experiment) VALUES ($1, $2, $3, $4) "
                     "ON CONFLICT DO NOTHING RETURNING name",
                     {run, d.name, d.digest, experiment}));
  if (added.empty()) return {};
  for (const auto& tag : input.tags) {
    CAIRN_TRY(connection.Run(
        "INSERT INTO run_input_tag (run, name, digest, key, value) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        {run, d.name, d.digest, tag.key, tag.value}));
  }
  return {};
}

Result<> InsertModel(sql::Connection& connection, std::int64_t run, bool made, std::string_view model,
                     std::int64_t step) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO run_model (run, made, model, step) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
      {run, made, model, step}));
  return {};
}

}  // namespace

Result<> InsertInputs(sql::Connection& connection, std::int64_t run, ExperimentId experiment,
                      std::span<const DatasetInput> inputs) {
  for (const auto& input : inputs) CAIRN_TRY(InsertInput(connection, run, experiment, input));
  return {};
}

Result<> InsertInputModels(sql::Connection& connection, std::int64_t run,
                           std::span<const std::string> models) {
  for (const auto& model : models) CAIRN_TRY(InsertModel(connection, run, false, model, 0));
  return {};
}

Result<> InsertOutputs(sql::Connection& connection, std::int64_t run, std::span<const ModelOutput> models) {
  for (const auto& model : models) CAIRN_TRY(InsertModel(connection, run, true, model.model_id, model.step));
  return {};
}

Result<std::vector<Experiments::DatasetSummary>> ReadDatasets(sql::Connection& connection,
                                                              std::span<const ExperimentId> experiments) {
  std::vector<sql::Value> ids(experiments.begin(), experiments.end());
  Sentence sentence;
  sentence.Add(
      "SELECT DISTINCT i.experiment, i.name, i.digest, COALESCE(t.value, '') FROM run_input i "
      "JOIN run r ON r.number = i.run AND r.deleted = 0 "
      "LEFT JOIN run_input_tag t ON t.run = i.run AND t.name = i.name AND t.digest = i.digest AND t.key = "
      "'mlflow.data.context' "
      "WHERE i.experiment IN " +
      sentence.BindList(ids) + " ORDER BY 1, 2, 3, 4 LIMIT 1000");
  std::vector<Experiments::DatasetSummary> summaries;
  for (const auto& row : CAIRN_TRY(sentence.Run(connection))) {
    summaries.push_back({row.Int(0), row.Text(1), row.Text(2), row.Text(3)});
  }
  return summaries;
}

Result<RunLinks> ReadLinks(sql::Connection& connection, std::int64_t run) {
  RunLinks links;
  for (const sql::Row& row : CAIRN_TRY(connection.Run(
           "SELECT name, digest FROM run_input WHERE run = $1 ORDER BY name, digest", {run}))) {
    Dataset dataset;
    dataset.name = row.Text(0);
    dataset.digest = row.Text(1);
    links.inputs.push_back(std::move(dataset));
  }
  for (const sql::Row& row : CAIRN_TRY(
           connection.Run("SELECT model, made FROM run_model WHERE run = $1 ORDER BY made, model", {run}))) {
    (row.Int(1) != 0 ? links.output_models : links.input_models).push_back(row.Text(0));
  }
  return links;
}

}  // namespace cairn::tracking

#include "loop/tracking/tables/deletion_table.h"

#include "loop/tracking/sentence.h"
#include "loop/tracking/tables/logged_model_table.h"

namespace cairn::tracking {
namespace {

constexpr Hanging kOnRuns[] = {
    {"metric_latest", "run", "metrics"},
    {"metric_chunk", "run", "metric points", "COALESCE(SUM(points), 0)"},
    {"metric_log", "run", "batches of new points"},
    {"metric_point", "run", "metric points of before"},
    {"metric_tail", "run", "new points of before"},
    {"run_param", "run", "parameters"},
    {"run_tag", "run", "tags"},
    {"run_input", "run", "inputs"},
    {"run_input_tag", "run", ""},
    {"run_model", "run", ""},
    {"run", "number", "runs"},
};
constexpr Hanging kOnModels[] = {
    {"logged_model_metric", "model", "metrics of logged models"},
    {"logged_model_param", "model", ""},
    {"logged_model_tag", "model", ""},
    {"run_model", "model", ""},
    {"logged_model", "id", "logged models"},
};
constexpr Hanging kOnExperiments[] = {
    {"input_dataset", "experiment", "descriptions of data sets"},
    {"experiment_tag", "experiment", ""},
    {"experiment", "id", "experiments"},
};

/// "metric_point WHERE run IN (…)", with the list bound.
std::string RowsOf(const Hanging& rows, const std::string& list) {
  return std::string(rows.table) + " WHERE " + std::string(rows.owner) + " IN " + list;
}

Result<std::vector<LoggedModel>> ModelsOf(sql::Connection& connection, const Sentence& sentence) {
  std::vector<LoggedModel> models;
  for (const auto& row : CAIRN_TRY(sentence.Run(connection))) models.push_back(LoggedModelOf(row));
  return models;
}

}  // namespace

std::span<const Hanging> HangingOnRuns() { return kOnRuns; }
std::span<const Hanging> HangingOnModels() { return kOnModels; }
std::span<const Hanging> HangingOnExperiments() { return kOnExperiments; }

Result<std::int64_t> CountHanging(sql::Connection& connection, const Hanging& rows,
                                  std::span<const sql::Value> owners) {
  std::int64_t count = 0;
  CAIRN_TRY(ForChunks(owners, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT " + std::string(rows.measure) + " FROM " + RowsOf(rows, list));
    count += CAIRN_TRY(sentence.Run(connection)).front().Int(0);
    return {};
  }));
  return count;
}

Result<> EraseHanging(sql::Connection& connection, const Hanging& rows, std::span<const sql::Value> owners) {
  return ForChunks(owners, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("DELETE FROM " + RowsOf(rows, list));
    CAIRN_TRY(sentence.Run(connection));
    return {};
  });
}

Result<std::vector<StoredRun>> ReadRunsOf(sql::Connection& connection, ExperimentId experiment) {
  std::vector<StoredRun> runs;
  for (const auto& row :
       CAIRN_TRY(connection.Run("SELECT " + std::string(kRunColumns) +
                                    " FROM run r WHERE r.experiment = $1 ORDER BY r.start_ms, r.id",
                                {experiment}))) {
    runs.push_back(RunOf(row));
  }
  return runs;
}

Result<std::vector<sql::Value>> ReadRunNumbers(sql::Connection& connection, std::span<const sql::Value> ids) {
  std::vector<sql::Value> numbers;
  CAIRN_TRY(ForChunks(ids, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT number FROM run WHERE id IN " + list);
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) numbers.emplace_back(row.Int(0));
    return {};
  }));
  return numbers;
}

Result<std::vector<LoggedModel>> ReadModelsOf(sql::Connection& connection, ExperimentId experiment) {
  Sentence sentence;
  sentence.Add("SELECT " + std::string(kModelColumns) +
               " FROM logged_model m WHERE m.experiment = " + sentence.Bind(experiment) + " ORDER BY m.id");
  return ModelsOf(connection, sentence);
}

Result<std::vector<LoggedModel>> ReadModelsMadeBy(sql::Connection& connection,
                                                  std::span<const sql::Value> run_ids) {
  std::vector<LoggedModel> models;
  CAIRN_TRY(ForChunks(run_ids, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT " + std::string(kModelColumns) + " FROM logged_model m WHERE m.source_run IN " +
                 list + " ORDER BY m.id");
    for (auto& model : CAIRN_TRY(ModelsOf(connection, sentence))) models.push_back(std::move(model));
    return {};
  }));
  return models;
}

}  // namespace cairn::tracking

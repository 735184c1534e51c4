#include "loop/tracking/tables/experiment_table.h"

#include <unordered_map>

#include "loop/tracking/sentence.h"

namespace cairn::tracking {

Experiment ExperimentOf(const sql::Row& row) {
  Experiment experiment;
  experiment.id = row.Int(0);
  experiment.name = row.Text(1);
  experiment.artifact_location = row.Text(2);
  experiment.deleted = row.Int(3) != 0;
  experiment.created_ms = row.Int(4);
  experiment.updated_ms = row.Int(5);
  return experiment;
}

Result<> InsertExperiment(sql::Connection& connection, const Experiment& e) {
  CAIRN_TRY(
      connection.Run("INSERT INTO experiment (id, name, artifact_location, deleted, created_ms, updated_ms) "
                     "VALUES ($1, $2, $3, $4, $5, $6)",
                     {e.id, e.name, e.artifact_location, e.deleted, e.created_ms, e.updated_ms}));
  return {};
}

Result<Experiment> ReadExperiment(sql::Connection& connection, ExperimentId id) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT e.id, e.name, e.artifact_location, e.deleted, e.created_ms, "
                               "e.updated_ms FROM experiment e WHERE e.id = $1",
                               {id}));
  if (rows.empty()) return Error{Reason::NotFound, "No Experiment with id=" + std::to_string(id) + " exists"};
  return ExperimentOf(rows.front());
}

Result<Experiment> ReadActiveExperiment(sql::Connection& connection, ExperimentId id) {
  auto experiment = CAIRN_TRY(ReadExperiment(connection, id));
  if (!experiment.deleted) return experiment;
  return Error{Reason::InvalidArgument,
               "The experiment " + std::to_string(id) +
                   " must be in the 'active' state. Current state is deleted; restore it first."};
}

Result<std::optional<Experiment>> ReadExperimentNamed(sql::Connection& connection, std::string_view name) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT e.id, e.name, e.artifact_location, e.deleted, e.created_ms, "
                               "e.updated_ms FROM experiment e WHERE e.name = $1",
                               {name}));
  if (rows.empty()) return std::optional<Experiment>();
  return std::optional(ExperimentOf(rows.front()));
}

Result<> UpdateExperiment(sql::Connection& connection, const Experiment& e) {
  CAIRN_TRY(connection.Run("UPDATE experiment SET name = $2, deleted = $3, updated_ms = $4 WHERE id = $1",
                           {e.id, e.name, e.deleted, e.updated_ms}));
  return {};
}

Result<> UpsertExperimentTags(sql::Connection& connection, ExperimentId id, std::span<const Tag> tags) {
  for (const auto& tag : tags) {
    CAIRN_TRY(
        connection.Run("INSERT INTO experiment_tag (experiment, key, value) VALUES ($1, $2, $3) "
                       "ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value",
                       {id, tag.key, tag.value}));
  }
  return {};
}

Result<bool> EraseExperimentTag(sql::Connection& connection, ExperimentId id, std::string_view key) {
  const auto rows = CAIRN_TRY(connection.Run(
      "DELETE FROM experiment_tag WHERE experiment = $1 AND key = $2 RETURNING key", {id, key}));
  return !rows.empty();
}

Result<> ReadExperimentTags(sql::Connection& connection, std::span<Experiment> experiments) {
  std::unordered_map<ExperimentId, Experiment*> by_id;
  std::vector<sql::Value> ids;
  for (auto& experiment : experiments) {
    by_id[experiment.id] = &experiment;
    ids.emplace_back(experiment.id);
  }
  return ForChunks(ids, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT experiment, key, value FROM experiment_tag WHERE experiment IN " + list);
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) {
      by_id[row.Int(0)]->tags.push_back({row.Text(1), row.Text(2)});
    }
    return {};
  });
}

}  // namespace cairn::tracking

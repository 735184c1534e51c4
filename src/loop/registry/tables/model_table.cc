#include "loop/registry/tables/model_table.h"

#include <unordered_map>

#include "loop/registry/rules/names.h"
#include "loop/tracking/sentence.h"

namespace cairn::registry {
namespace {

Error Taken(const std::string& name) {
  return {Reason::AlreadyExists, "Registered Model (name=" + name + ") already exists."};
}

}  // namespace

StoredModel StoredModelOf(const sql::Row& row) {
  StoredModel stored;
  stored.id = row.Text(0);
  stored.model.name = row.Text(1);
  stored.model.description = row.Text(2);
  stored.model.created_ms = row.Int(3);
  stored.model.updated_ms = row.Int(4);
  return stored;
}

Result<> InsertModel(sql::Connection& connection, const StoredModel& stored) {
  const auto& model = stored.model;
  const auto rows = CAIRN_TRY(
      connection.Run("INSERT INTO registered_model (id, name, description, created_ms, updated_ms) VALUES "
                     "($1, $2, $3, $4, $5) "
                     "ON CONFLICT (name) DO NOTHING RETURNING id",
                     {stored.id, model.name, model.description, model.created_ms, model.updated_ms}));
  if (rows.empty()) return Taken(model.name);
  return {};
}

Result<StoredModel> ReadModel(sql::Connection& connection, std::string_view name) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT " + std::string(kModelColumns) + " FROM registered_model m WHERE m.name = $1", {name}));
  if (!rows.empty()) return StoredModelOf(rows.front());
  CAIRN_TRY(CheckNameForm(name, "name"));
  return Error{Reason::NotFound, "Registered Model with name=" + std::string(name) + " not found."};
}

Result<> UpdateModel(sql::Connection& connection, const StoredModel& stored) {
  const auto& model = stored.model;
  const auto taken = CAIRN_TRY(connection.Run("SELECT id FROM registered_model WHERE name = $1 AND id <> $2",
                                              {model.name, stored.id}));
  if (!taken.empty()) return Taken(model.name);
  CAIRN_TRY(
      connection.Run("UPDATE registered_model SET name = $2, description = $3, updated_ms = $4 WHERE id = $1",
                     {stored.id, model.name, model.description, model.updated_ms}));
  return {};
}

Result<> EraseModel(sql::Connection& connection, std::string_view id) {
  for (const char* statement :
       {"DELETE FROM model_version_tag WHERE model = $1", "DELETE FROM model_version WHERE model = $1",
        "DELETE FROM model_alias WHERE model = $1", "DELETE FROM registered_model_tag WHERE model = $1",
        "DELETE FROM registered_model WHERE id = $1"}) {
    CAIRN_TRY(connection.Run(statement, {id}));
  }
  return {};
}

Result<> ReadModelRecords(sql::Connection& connection, std::span<StoredModel> models) {
  std::unordered_map<std::string_view, RegisteredModel*> by_id;
  std::vector<sql::Value> ids;
  for (auto& stored : models) {
    by_id[stored.id] = &stored.model;
    ids.emplace_back(stored.id);
  }
  return tracking::ForChunks(ids, [&](tracking::Sentence& tags, const std::string& list) -> Result<> {
    auto aliases = tags;
    tags.Add("SELECT model, key, value FROM registered_model_tag WHERE model IN " + list +
             " ORDER BY model, key");
    for (const auto& row : CAIRN_TRY(tags.Run(connection)))
      by_id[row.Text(0)]->tags.emplace_back(row.Text(1), row.Text(2));
    aliases.Add("SELECT model, name, version FROM model_alias WHERE model IN " + list +
                " ORDER BY model, name");
    for (const auto& row : CAIRN_TRY(aliases.Run(connection))) {
      by_id[row.Text(0)]->aliases.push_back({row.Text(1), row.Int(2)});
    }
    return {};
  });
}

Result<> UpsertModelTag(sql::Connection& connection, std::string_view id, const Tag& tag) {
  CAIRN_TRY(
      connection.Run("INSERT INTO registered_model_tag (model, key, value) VALUES ($1, $2, $3) "
                     "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
                     {id, tag.first, tag.second}));
  return {};
}

Result<> EraseModelTag(sql::Connection& connection, std::string_view id, std::string_view key) {
  CAIRN_TRY(connection.Run("DELETE FROM registered_model_tag WHERE model = $1 AND key = $2", {id, key}));
  return {};
}

Result<std::vector<Alias>> ReadAliases(sql::Connection& connection, std::string_view id) {
  std::vector<Alias> aliases;
  for (const auto& row : CAIRN_TRY(
           connection.Run("SELECT name, version FROM model_alias WHERE model = $1 ORDER BY name", {id}))) {
    aliases.push_back({row.Text(0), row.Int(1)});
  }
  return aliases;
}

Result<std::int64_t> AliasTarget(sql::Connection& connection, std::string_view id, std::string_view alias) {
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT version FROM model_alias WHERE model = $1 AND name = $2", {id, alias}));
  return rows.empty() ? 0 : rows.front().Int(0);
}

Result<> UpsertAlias(sql::Connection& connection, std::string_view id, const Alias& alias) {
  CAIRN_TRY(
      connection.Run("INSERT INTO model_alias (model, name, version) VALUES ($1, $2, $3) "
                     "ON CONFLICT (model, name) DO UPDATE SET version = excluded.version",
                     {id, alias.name, alias.version}));
  return {};
}

Result<> EraseAlias(sql::Connection& connection, std::string_view id, std::string_view alias) {
  CAIRN_TRY(connection.Run("DELETE FROM model_alias WHERE model = $1 AND name = $2", {id, alias}));
  return {};
}

Result<std::vector<StandingAlias>> AllAliases(sql::Connection& connection) {
  std::vector<StandingAlias> standing;
  for (const auto& row :
       CAIRN_TRY(connection.Run("SELECT m.name, a.name, a.version FROM model_alias a "
                                "JOIN registered_model m ON m.id = a.model ORDER BY m.name, a.name"))) {
    standing.push_back({row.Text(0), {row.Text(1), row.Int(2)}});
  }
  return standing;
}

}  // namespace cairn::registry

#include "loop/registry/tables/version_table.h"

#include <map>
#include <set>

#include "loop/registry/rules/names.h"
#include "loop/tracking/sentence.h"

namespace cairn::registry {
namespace {

/// Versions that were not deleted and for which `where` holds.
Result<sql::Rows> Select(sql::Connection& connection, std::string_view where,
                         std::initializer_list<sql::Value> values) {
  std::string statement = "SELECT ";
  statement += kVersionColumns;
  statement += " FROM model_version v JOIN registered_model m ON m.id = v.model WHERE v.deleted = 0 AND ";
  statement += where;
  return connection.Run(statement, values);
}

Result<StoredVersion> WithRecords(sql::Connection& connection, const sql::Row& row) {
  auto stored = StoredVersionOf(row);
  CAIRN_TRY(ReadVersionRecords(connection, std::span(&stored, 1), Aliases::Filled));
  return stored;
}

}  // namespace

StoredVersion StoredVersionOf(const sql::Row& row) {
  StoredVersion stored;
  auto& version = stored.version;
  stored.model_key = row.Text(0);
  version.model = row.Text(1);
  version.version = row.Int(2);
  version.source = row.Text(3);
  version.storage = row.Text(4);
  version.location = row.Text(5);
  version.run_id = row.Text(6);
  version.model_id = row.Text(7);
  version.run_link = row.Text(8);
  version.description = row.Text(9);
  version.stage = row.Text(10);
  version.manifest = row.Text(11);
  version.created_by = row.Text(12);
  version.created_ms = row.Int(13);
  version.updated_ms = row.Int(14);
  version.cause = row.Text(15);
  version.pipeline_run = row.Text(16);
  version.data = row.Text(17);
  return stored;
}

Result<> InsertVersion(sql::Connection& connection, StoredVersion& stored) {
  auto& v = stored.version;
  const auto rows = CAIRN_TRY(connection.Run(
      "INSERT INTO model_version (model, version, source, storage, location, run_id, "
      "model_id, run_link, description, stage, "
      "manifest, created_by, deleted, created_ms, updated_ms, cause, pipeline_run, data) "
      "SELECT CAST($1 AS TEXT), COALESCE(MAX(version), 0) + 1, CAST($2 AS TEXT), CAST($3 AS "
      "TEXT), CAST($4 AS TEXT), "
      "CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS "
      "TEXT), CAST($10 AS TEXT), "
      "CAST($11 AS TEXT), 0, CAST($12 AS BIGINT), CAST($13 AS BIGINT), CAST($14 AS TEXT), "
      "CAST($15 AS TEXT), CAST($16 AS TEXT) FROM model_version "
      "WHERE model = $1 RETURNING version",
      {stored.model_key, v.source, v.storage, v.location, v.run_id, v.model_id, v.run_link, v.description,
       v.stage, v.manifest, v.created_by, v.created_ms, v.updated_ms, v.cause, v.pipeline_run, v.data}));
  v.version = rows.front().Int(0);
  return {};
}

Result<StoredVersion> ReadVersion(sql::Connection& connection, std::string_view model, std::int64_t number) {
  const auto rows = CAIRN_TRY(Select(connection, "m.name = $1 AND v.version = $2", {model, number}));
  if (!rows.empty()) return WithRecords(connection, rows.front());
  CAIRN_TRY(CheckNameForm(model, "name"));
  return Error{Reason::NotFound, "Model Version (name=" + std::string(model) +
                                     ", version=" + std::to_string(number) + ") not found."};
}

Result<StoredVersion> ReadNewestVersion(sql::Connection& connection, std::string_view model) {
  const auto rows = CAIRN_TRY(Select(connection, "m.name = $1 ORDER BY v.version DESC LIMIT 1", {model}));
  if (!rows.empty()) return WithRecords(connection, rows.front());
  return Error{Reason::NotFound, "Registered Model with name=" + std::string(model) + " has no version yet."};
}

Result<std::vector<StoredVersion>> ReadVersions(sql::Connection& connection, std::string_view model) {
  std::vector<StoredVersion> versions;
  for (const auto& row : CAIRN_TRY(Select(connection, "m.name = $1 ORDER BY v.version DESC", {model}))) {
    versions.push_back(StoredVersionOf(row));
  }
  CAIRN_TRY(ReadVersionRecords(connection, versions, Aliases::Filled));
  return versions;
}

Result<std::vector<StoredVersion>> ReadRemovedVersions(sql::Connection& connection, std::string_view model) {
  std::vector<StoredVersion> versions;
  for (const auto& row :
       CAIRN_TRY(connection.Run("SELECT " + std::string(kVersionColumns) +
                                    " FROM model_version v JOIN registered_model m ON m.id = v.model "
                                    "WHERE v.deleted = 1 AND m.name = $1 ORDER BY v.version",
                                {model})))
    versions.push_back(StoredVersionOf(row));
  return versions;
}

Result<std::vector<StoredVersion>> ReadNewestInStages(sql::Connection& connection,
                                                      std::span<const std::string> models) {
  std::vector<StoredVersion> versions;
  const std::vector<sql::Value> names(models.begin(), models.end());
  CAIRN_TRY(tracking::ForChunks(names, [&](tracking::Sentence& some, const std::string& list) -> Result<> {
    some.Add("SELECT ");
    some.Add(kVersionColumns);
    some.Add(
        " FROM model_version v JOIN registered_model m ON m.id = v.model WHERE v.deleted = 0 AND m.name IN " +
        list +
        " AND v.version = (SELECT MAX(x.version) FROM model_version x WHERE x.model = v.model AND x.stage = "
        "v.stage AND "
        "x.deleted = 0) ORDER BY m.name, v.version");
    for (const auto& row : CAIRN_TRY(some.Run(connection))) versions.push_back(StoredVersionOf(row));
    return {};
  }));
  CAIRN_TRY(ReadVersionRecords(connection, versions, Aliases::Filled));
  return versions;
}

Result<> UpdateVersion(sql::Connection& connection, const StoredVersion& stored) {
  const auto& v = stored.version;
  CAIRN_TRY(
      connection.Run("UPDATE model_version SET description = $3, stage = $4, updated_ms = $5 WHERE model = "
                     "$1 AND version = $2",
                     {stored.model_key, v.version, v.description, v.stage, v.updated_ms}));
  return {};
}

Result<> RedactVersion(sql::Connection& connection, const StoredVersion& stored, Origins origins) {
  CAIRN_TRY(connection.Run(
      "UPDATE model_version SET source = '', storage = '', run_link = '', description = '', stage = '', "
      "manifest = '', created_by = '', deleted = 1, updated_ms = $3 WHERE model = $1 AND version = $2",
      {stored.model_key, stored.version.version, stored.version.updated_ms}));
  if (origins == Origins::Forgotten) {
    CAIRN_TRY(
        connection.Run("UPDATE model_version SET location = '', run_id = '', model_id = '' WHERE model = $1 "
                       "AND version = $2",
                       {stored.model_key, stored.version.version}));
  }
  CAIRN_TRY(connection.Run("DELETE FROM model_version_tag WHERE model = $1 AND version = $2",
                           {stored.model_key, stored.version.version}));
  return {};
}

Result<> TouchVersions(sql::Connection& connection, std::string_view model_key, TimeMs now) {
  CAIRN_TRY(connection.Run("UPDATE model_version SET updated_ms = $2 WHERE model = $1", {model_key, now}));
  return {};
}

Result<> ArchiveOthers(sql::Connection& connection, const StoredVersion& stays, std::string_view stage,
                       TimeMs now) {
  CAIRN_TRY(
      connection.Run("UPDATE model_version SET stage = 'Archived', updated_ms = $4 "
                     "WHERE model = $1 AND version <> $2 AND stage = $3 AND deleted = 0",
                     {stays.model_key, stays.version.version, stage, now}));
  return {};
}

Result<> ReadVersionRecords(sql::Connection& connection, std::span<StoredVersion> versions, Aliases aliases) {
  std::map<std::pair<std::string_view, std::int64_t>, ModelVersion*> by_number;
  std::set<std::string_view> models;
  for (auto& stored : versions) {
    by_number[{stored.model_key, stored.version.version}] = &stored.version;
    models.insert(stored.model_key);
  }
  const auto found = [&](const sql::Row& row) -> ModelVersion* {
    const auto at = by_number.find({row.Text(0), row.Int(1)});
    return at == by_number.end() ? nullptr : at->second;
  };
  const auto read = [&](tracking::Sentence& sentence, auto take) -> Result<> {
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) {
      if (ModelVersion* version = found(row)) take(*version, row);
    }
    return {};
  };
  const auto tag = [](ModelVersion& version, const sql::Row& row) {
    version.tags.emplace_back(row.Text(2), row.Text(3));
  };
  const auto alias = [](ModelVersion& version, const sql::Row& row) {
    version.aliases.push_back(row.Text(2));
  };
  if (versions.size() == 1) {
    const auto& only = versions.front();
    tracking::Sentence one;
    one.Add("SELECT model, version, key, value FROM model_version_tag WHERE model = " +
            one.Bind(only.model_key) + " AND version = " + one.Bind(only.version.version) + " ORDER BY key");
    CAIRN_TRY(read(one, tag));
  } else {
    const std::vector<sql::Value> keys(models.begin(), models.end());
    CAIRN_TRY(tracking::ForChunks(keys, [&](tracking::Sentence& some, const std::string& list) {
      some.Add("SELECT model, version, key, value FROM model_version_tag WHERE model IN " + list +
               " ORDER BY model, version, key");
      return read(some, tag);
    }));
  }
  if (aliases == Aliases::Left) return {};
  const std::vector<sql::Value> keys(models.begin(), models.end());
  return tracking::ForChunks(keys, [&](tracking::Sentence& some, const std::string& list) {
    some.Add("SELECT model, version, name FROM model_alias WHERE model IN " + list + " ORDER BY model, name");
    return read(some, alias);
  });
}

Result<> UpsertVersionTag(sql::Connection& connection, const StoredVersion& stored, const Tag& tag) {
  CAIRN_TRY(
      connection.Run("INSERT INTO model_version_tag (model, version, key, value) VALUES ($1, $2, $3, $4) "
                     "ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value",
                     {stored.model_key, stored.version.version, tag.first, tag.second}));
  return {};
}

Result<> EraseVersionTag(sql::Connection& connection, const StoredVersion& stored, std::string_view key) {
  CAIRN_TRY(connection.Run("DELETE FROM model_version_tag WHERE model = $1 AND version = $2 AND key = $3",
                           {stored.model_key, stored.version.version, key}));
  return {};
}

Result<> InsertManifest(sql::Connection& connection, const Manifest& manifest) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO version_manifest (digest, body) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
      {manifest.Digest(), manifest.ToJson().Canonical()}));
  return {};
}

Result<Manifest> ReadManifest(sql::Connection& connection, const std::string& digest) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT body FROM version_manifest WHERE digest = $1", {digest}));
  if (!rows.empty()) {
    const auto body = Json::Parse(rows.front().Text(0));
    auto manifest = body ? Manifest::Parse(*body) : Result<Manifest>(body.error());
    if (manifest && manifest->Digest() == digest) return manifest;
  }
  return Error{Reason::Corrupt,
               "The manifest " + digest + " is missing in the store or is not what was recorded."};
}

Result<bool> HoldsFilesAt(sql::Connection& connection, std::string_view model, const std::string& path) {
  tracking::Sentence sentence;
  std::vector<sql::Value> at_or_above;
  for (auto end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    at_or_above.emplace_back(path.substr(0, end));
  }
  at_or_above.emplace_back(path);
  // What lies within `path` begins with it and '/'; '0' is the character after that.
  sentence.Add("SELECT 1 FROM model_version v JOIN registered_model m ON m.id = v.model WHERE m.name = " +
               sentence.Bind(model) + " AND v.deleted = 0 AND (v.location IN " +
               sentence.BindList(at_or_above) + " OR (v.location > " + sentence.Bind(path + "/") +
               " AND v.location < " + sentence.Bind(path + "0") + ")) AND v.location <> '' LIMIT 1");
  return !CAIRN_TRY(sentence.Run(connection)).empty();
}

Result<bool> AnyInStage(sql::Connection& connection, std::string_view model_key, std::string_view stage) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT version FROM model_version WHERE model = $1 AND stage = $2 AND deleted = 0 LIMIT 1",
      {model_key, stage}));
  return !rows.empty();
}

}  // namespace cairn::registry

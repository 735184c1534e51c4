#include "loop/data/dataset_table.h"

#include <map>

namespace cairn::data {
namespace {

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string Words(const std::vector<std::string>& words) {
  Json list = Json::Array();
  for (const auto& word : words) list.Push(word);
  return list.Dump();
}

Result<std::vector<std::string>> WordsIn(const std::string& text) {
  std::vector<std::string> words;
  const Json list = CAIRN_TRY(Json::Parse(text));
  for (const Json& word : list.items()) words.push_back(word.AsString());
  return words;
}

Result<DatasetVersion> VersionOf(const sql::Row& row) {
  DatasetVersion version;
  version.dataset = row.Text(0);
  version.version = row.Int(1);
  version.digest = row.Text(2);
  version.rows = row.Int(3);
  version.bytes = static_cast<std::uint64_t>(row.Int(4));
  version.sealed_rows = row.Int(5);
  version.seal_digest = row.Text(6);
  version.contract_passed = row.Int(7) != 0;
  version.contract = CAIRN_TRY(Json::Parse(row.Text(8)));
  version.note = row.Text(9);
  version.added_by = row.Text(10);
  version.created_ms = row.Int(11);
  version.provenance = {row.Text(12),
                        row.Text(13),
                        row.Text(14),
                        row.Text(15),
                        row.Text(16),
                        row.Text(17),
                        row.Text(18),
                        row.Text(19),
                        CAIRN_TRY(WordsIn(row.Text(20))),
                        CAIRN_TRY(WordsIn(row.Text(21))),
                        row.Int(22),
                        row.Int(23)};
  version.format = row.Text(24);
  if (!row.Text(25).empty()) version.dialect = CAIRN_TRY(Json::Parse(row.Text(25)));
  const Json columns = CAIRN_TRY(Json::Parse(row.Text(26)));
  for (const Json& column : columns.items())
    version.columns.push_back({column.Text("name"), column.Text("type")});
  version.schema_digest = row.Text(27);
  version.contract_digest = row.Text(28);
  return version;
}

}  // namespace

Result<> InsertVersion(sql::Connection& connection, const DatasetVersion& version) {
  CAIRN_TRY(
      connection.Run("INSERT INTO dataset_version (dataset, version, digest, row_count, byte_count, "
                     "sealed_rows, seal_digest, contract_passed, "
                     "contract_report, note, added_by, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                     "$9, $10, $11, $12)",
                     {version.dataset, version.version, version.digest, version.rows, Signed(version.bytes),
                      version.sealed_rows, version.seal_digest, version.contract_passed,
                      version.contract.Dump(), version.note, version.added_by, version.created_ms}));
  const Provenance& from = version.provenance;
  CAIRN_TRY(connection.Run(
      "INSERT INTO dataset_provenance (dataset, version, kind, source, query, owner_name, licence, "
      "jurisdiction, description, reason, tags, access_list, modified_ms, read_ms, format, dialect, columns, "
      "schema_digest, contract_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
      "$15, $16, $17, $18, $19)",
      {version.dataset, version.version, from.kind, from.source, from.query, from.owner, from.licence,
       from.jurisdiction, from.description, from.reason, Words(from.tags), Words(from.access),
       from.modified_ms, from.read_ms, version.format,
       version.dialect.IsNull() ? std::string() : version.dialect.Dump(), ToJson(version.columns).Dump(),
       version.schema_digest, version.contract_digest}));
  return Done{};
}

Result<> InsertFile(sql::Connection& connection, std::string_view dataset, const DatasetFile& file) {
  CAIRN_TRY(
      connection.Run("INSERT INTO dataset_member (dataset, name, added_in, removed_in, origin, md5, sha256, "
                     "byte_count, row_count, training_md5, training_sha256, "
                     "training_rows, sealed_md5, sealed_sha256, sealed_rows) VALUES ($1, $2, $3, $4, $5, $6, "
                     "$7, $8, $9, $10, $11, $12, $13, $14, $15)",
                     {dataset, file.name, file.added_in, file.removed_in, file.origin, file.md5, file.sha256,
                      Signed(file.bytes), file.rows, file.training_md5, file.training_sha256,
                      file.training_rows, file.sealed_md5, file.sealed_sha256, file.sealed_rows}));
  return Done{};
}

Result<> RemoveFile(sql::Connection& connection, std::string_view dataset, std::string_view name,
                    std::int64_t version) {
  CAIRN_TRY(connection.Run(
      "UPDATE dataset_member SET removed_in = $3 WHERE dataset = $1 AND name = $2 AND removed_in = 0",
      {dataset, name, version}));
  return Done{};
}

Result<std::vector<DatasetVersion>> SelectVersions(sql::Connection& connection, std::string_view dataset) {
  std::map<std::int64_t, std::vector<std::string>> aliases;
  for (auto& alias : CAIRN_TRY(SelectAliases(connection, dataset)))
    aliases[alias.version].push_back(std::move(alias.name));
  std::vector<DatasetVersion> versions;
  for (const sql::Row& row : CAIRN_TRY(connection.Run(
           "SELECT v.dataset, v.version, v.digest, v.row_count, v.byte_count, v.sealed_rows, v.seal_digest, "
           "v.contract_passed, v.contract_report, v.note, v.added_by, v.created_ms, p.kind, p.source, "
           "p.query, p.owner_name, p.licence, p.jurisdiction, p.description, p.reason, p.tags, "
           "p.access_list, p.modified_ms, p.read_ms, p.format, p.dialect, p.columns, p.schema_digest, "
           "p.contract_digest FROM dataset_version v JOIN dataset_provenance p ON p.dataset = v.dataset AND "
           "p.version = v.version WHERE v.dataset = $1 ORDER BY v.version DESC",
           {dataset}))) {
    versions.push_back(CAIRN_TRY(VersionOf(row)));
    versions.back().aliases = aliases[versions.back().version];
  }
  return versions;
}

Result<std::vector<DatasetFile>> SelectFiles(sql::Connection& connection, std::string_view dataset) {
  std::vector<DatasetFile> files;
  for (const sql::Row& row :
       CAIRN_TRY(connection.Run("SELECT name, origin, added_in, md5, sha256, byte_count, row_count, "
                                "training_md5, training_sha256, training_rows, sealed_md5, "
                                "sealed_sha256, sealed_rows, removed_in FROM dataset_member WHERE dataset = "
                                "$1 ORDER BY added_in",
                                {dataset}))) {
    files.push_back({row.Text(0), row.Text(1), row.Int(2), row.Text(3), row.Text(4),
                     static_cast<std::uint64_t>(row.Int(5)), row.Int(6), row.Text(7), row.Text(8), row.Int(9),
                     row.Text(10), row.Text(11), row.Int(12), row.Int(13)});
  }
  return files;
}

Result<std::vector<std::string>> SelectDatasets(sql::Connection& connection) {
  std::vector<std::string> names;
  for (const sql::Row& row :
       CAIRN_TRY(connection.Run("SELECT DISTINCT dataset FROM dataset_version ORDER BY dataset"))) {
    names.push_back(row.Text(0));
  }
  return names;
}

Result<> PutReport(sql::Connection& connection, const DatasetVersion& version, std::string_view digest,
                   std::string_view report, TimeMs now) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO dataset_report (dataset, version, digest, report, created_ms) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (dataset, version) DO UPDATE SET digest = excluded.digest, report = excluded.report, "
      "created_ms = excluded.created_ms",
      {version.dataset, version.version, digest, report, now}));
  return Done{};
}

Result<std::optional<std::string>> SelectReport(sql::Connection& connection, std::string_view dataset,
                                                std::int64_t version) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT report FROM dataset_report WHERE dataset = $1 AND version = $2", {dataset, version}));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional<std::string>(rows.front().Text(0));
}

Result<> PutAlias(sql::Connection& connection, const AliasRow& alias) {
  CAIRN_TRY(
      connection.Run("INSERT INTO dataset_alias (dataset, name, version) VALUES ($1, $2, $3) ON "
                     "CONFLICT (dataset, name) DO UPDATE SET version = excluded.version",
                     {alias.dataset, alias.name, alias.version}));
  return Done{};
}

Result<> EraseAlias(sql::Connection& connection, std::string_view dataset, std::string_view name) {
  CAIRN_TRY(connection.Run("DELETE FROM dataset_alias WHERE dataset = $1 AND name = $2", {dataset, name}));
  return Done{};
}

Result<std::vector<AliasRow>> SelectAliases(sql::Connection& connection, std::string_view dataset) {
  std::vector<AliasRow> aliases;
  for (const sql::Row& row : CAIRN_TRY(
           connection.Run("SELECT dataset, name, version FROM dataset_alias WHERE ($1 = '' OR dataset = $1) "
                          "ORDER BY dataset, name",
                          {dataset}))) {
    aliases.push_back({row.Text(0), row.Text(1), row.Int(2)});
  }
  return aliases;
}

Result<> PutSplit(sql::Connection& connection, const DatasetVersion& version, const SplitRow& split) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO dataset_split (dataset, version, name, digest, report, created_by, created_ms) VALUES "
      "($1, "
      "$2, $3, $4, $5, $6, $7) ON CONFLICT (dataset, version, name) DO UPDATE SET digest = excluded.digest, "
      "report = excluded.report, created_by = excluded.created_by, created_ms = excluded.created_ms",
      {version.dataset, version.version, split.name, split.digest, split.report, split.created_by,
       split.created_ms}));
  return Done{};
}

Result<std::vector<SplitRow>> SelectSplits(sql::Connection& connection, std::string_view dataset,
                                           std::int64_t version) {
  std::vector<SplitRow> splits;
  for (const sql::Row& row :
       CAIRN_TRY(connection.Run("SELECT name, digest, report, created_by, created_ms FROM dataset_split "
                                "WHERE dataset = $1 AND version = $2 ORDER BY name",
                                {dataset, version}))) {
    splits.push_back({row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Int(4)});
  }
  return splits;
}

}  // namespace cairn::data

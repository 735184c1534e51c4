#include "loop/data/dataset_table.h"

namespace cairn::data {
namespace {

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

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
  return Done{};
}

Result<> InsertFile(sql::Connection& connection, std::string_view dataset, const DatasetFile& file) {
  CAIRN_TRY(
      connection.Run("INSERT INTO dataset_file (dataset, name, added_in, origin, md5, sha256, byte_count, "
                     "row_count, training_md5, training_sha256, "
                     "training_rows, sealed_md5, sealed_sha256, sealed_rows) VALUES ($1, $2, $3, $4, $5, $6, "
                     "$7, $8, $9, $10, $11, $12, $13, $14)",
                     {dataset, file.name, file.added_in, file.origin, file.md5, file.sha256,
                      Signed(file.bytes), file.rows, file.training_md5, file.training_sha256,
                      file.training_rows, file.sealed_md5, file.sealed_sha256, file.sealed_rows}));
  return Done{};
}

Result<std::vector<DatasetVersion>> SelectVersions(sql::Connection& connection, std::string_view dataset) {
  std::vector<DatasetVersion> versions;
  for (const sql::Row& row : CAIRN_TRY(connection.Run(
           "SELECT dataset, version, digest, row_count, byte_count, sealed_rows, seal_digest, "
           "contract_passed, contract_report, note, "
           "added_by, created_ms FROM dataset_version WHERE dataset = $1 ORDER BY version DESC",
           {dataset}))) {
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
    versions.push_back(std::move(version));
  }
  return versions;
}

Result<std::vector<DatasetFile>> SelectFiles(sql::Connection& connection, std::string_view dataset,
                                             std::int64_t version) {
  std::vector<DatasetFile> files;
  for (const sql::Row& row :
       CAIRN_TRY(connection.Run("SELECT name, origin, added_in, md5, sha256, byte_count, row_count, "
                                "training_md5, training_sha256, training_rows, sealed_md5, "
                                "sealed_sha256, sealed_rows FROM dataset_file WHERE dataset = $1 AND "
                                "added_in <= $2 ORDER BY added_in",
                                {dataset, version}))) {
    files.push_back({row.Text(0), row.Text(1), row.Int(2), row.Text(3), row.Text(4),
                     static_cast<std::uint64_t>(row.Int(5)), row.Int(6), row.Text(7), row.Text(8), row.Int(9),
                     row.Text(10), row.Text(11), row.Int(12)});
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

}  // namespace cairn::data

#pragma once

#include <optional>

#include "ground/sql/connection.h"
#include "loop/data/version.h"

/// Every SQL sentence about data sets.
namespace cairn::data {

Result<> InsertVersion(sql::Connection& connection, const DatasetVersion& version);
Result<> InsertFile(sql::Connection& connection, std::string_view dataset, const DatasetFile& file);
/// The file that stands under `name` now leaves with `version`.
Result<> RemoveFile(sql::Connection& connection, std::string_view dataset, std::string_view name,
                    std::int64_t version);
/// Newest first, with their aliases, without their files.
Result<std::vector<DatasetVersion>> SelectVersions(sql::Connection& connection, std::string_view dataset);
/// Every file that any version holds, in the order in which they were added.
Result<std::vector<DatasetFile>> SelectFiles(sql::Connection& connection, std::string_view dataset);
Result<std::vector<std::string>> SelectDatasets(sql::Connection& connection);

Result<> PutReport(sql::Connection& connection, const DatasetVersion& version, std::string_view digest,
                   std::string_view report, TimeMs now);
Result<std::optional<std::string>> SelectReport(sql::Connection& connection, std::string_view dataset,
                                                std::int64_t version);

struct AliasRow {
  std::string dataset, name;
  std::int64_t version = 0;
};
Result<> PutAlias(sql::Connection& connection, const AliasRow& alias);
Result<> EraseAlias(sql::Connection& connection, std::string_view dataset, std::string_view name);
/// By data set and name; `dataset` "" means all.
Result<std::vector<AliasRow>> SelectAliases(sql::Connection& connection, std::string_view dataset);

struct SplitRow {
  std::string name, digest, report, created_by;
  TimeMs created_ms = 0;
};
Result<> PutSplit(sql::Connection& connection, const DatasetVersion& version, const SplitRow& split);
/// Of a version, by name.
Result<std::vector<SplitRow>> SelectSplits(sql::Connection& connection, std::string_view dataset,
                                           std::int64_t version);

}  // namespace cairn::data

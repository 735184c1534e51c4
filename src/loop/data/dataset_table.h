#pragma once

#include "loop/data/catalogue.h"

/// Every SQL sentence about data sets.
namespace cairn::data {

Result<> InsertVersion(sql::Connection& connection, const DatasetVersion& version);
Result<> InsertFile(sql::Connection& connection, std::string_view dataset, const DatasetFile& file);
/// Without their files.
Result<std::vector<DatasetVersion>> SelectVersions(sql::Connection& connection, std::string_view dataset);
/// The files that a version holds, in order.
Result<std::vector<DatasetFile>> SelectFiles(sql::Connection& connection, std::string_view dataset,
                                             std::int64_t version);
Result<std::vector<std::string>> SelectDatasets(sql::Connection& connection);
Result<> PutReport(sql::Connection& connection, const DatasetVersion& version, std::string_view digest,
                   std::string_view report, TimeMs now);
Result<std::optional<std::string>> SelectReport(sql::Connection& connection, std::string_view dataset,
                                                std::int64_t version);

}  // namespace cairn::data

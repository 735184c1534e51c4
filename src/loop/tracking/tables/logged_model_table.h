#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/records.h"

/// Every SQL sentence about logged models, their tags and parameters.
namespace cairn::tracking {

inline constexpr std::string_view kModelColumns =
    "m.id, m.experiment, m.name, m.type, m.source_run, m.artifact_uri, m.status, m.deleted, m.created_ms, "
    "m.updated_ms";
LoggedModel LoggedModelOf(const sql::Row& row);

Result<> InsertLoggedModel(sql::Connection& connection, const LoggedModel& model);
/// Without what hangs on it; also a deleted one. NotFound when there is none.
Result<LoggedModel> ReadLoggedModel(sql::Connection& connection, std::string_view id);
/// The same, but NotFound when it is deleted.
Result<LoggedModel> ReadLiveModel(sql::Connection& connection, std::string_view id);
/// Writes status, deleted and updated_ms.
Result<> UpdateLoggedModel(sql::Connection& connection, const LoggedModel& model);
Result<> UpsertModelTags(sql::Connection& connection, std::string_view id, std::span<const Tag> tags);
/// Whether there was such a tag.
Result<bool> EraseModelTag(sql::Connection& connection, std::string_view id, std::string_view key);
/// AlreadyExists for a parameter that is there.
Result<> InsertModelParams(sql::Connection& connection, std::string_view id, std::span<const Param> params);
/// Fills tags, parameters and metrics of all of them.
Result<> ReadModelRecords(sql::Connection& connection, std::span<LoggedModel> models);

}  // namespace cairn::tracking

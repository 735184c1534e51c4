#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/records.h"

/// Every SQL sentence about runs, their parameters and tags. Inside the store a run goes by a number made
/// from the time.
namespace cairn::tracking {

inline constexpr std::string_view kRunNameTag = "mlflow.runName";

struct StoredRun {
  std::int64_t number = 0;
  RunInfo info;
};

/// A number that no other run of this process has, near those of its neighbours in time.
std::int64_t NewRunNumber(TimeMs now);

StoredRun RunOf(const sql::Row& row);
inline constexpr std::string_view kRunColumns =
    "r.number, r.id, r.experiment, r.name, r.user_name, r.status, r.start_ms, r.end_ms, r.artifact_uri, "
    "r.deleted";

Result<> InsertRun(sql::Connection& connection, const StoredRun& run);
/// NotFound when there is none.
Result<StoredRun> ReadRun(sql::Connection& connection, std::string_view id);
/// The same, but InvalidArgument when it is deleted.
Result<StoredRun> ReadActiveRun(sql::Connection& connection, std::string_view id);
Result<> UpdateRun(sql::Connection& connection, const StoredRun& run);
Result<> MarkRunsOf(sql::Connection& connection, ExperimentId experiment, bool deleted);

/// Adds those that are not there. InvalidArgument when one has another value already.
Result<> InsertParams(sql::Connection& connection, const StoredRun& run, std::span<const Param> params);
/// The last of equal keys wins.
Result<> UpsertTags(sql::Connection& connection, std::int64_t run, std::span<const Tag> tags);
/// Whether there was such a tag.
Result<bool> EraseTag(sql::Connection& connection, std::int64_t run, std::string_view key);
/// The tag's value, or "".
Result<std::string> ReadTag(sql::Connection& connection, std::int64_t run, std::string_view key);

}  // namespace cairn::tracking

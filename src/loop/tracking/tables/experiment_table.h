#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/records.h"

/// Every SQL sentence about experiments and their tags.
namespace cairn::tracking {

inline constexpr std::string_view kExperimentColumns =
    "e.id, e.name, e.artifact_location, e.deleted, e.created_ms, e.updated_ms";
Experiment ExperimentOf(const sql::Row& row);

Result<> InsertExperiment(sql::Connection& connection, const Experiment& experiment);
/// Without tags. NotFound when there is none.
Result<Experiment> ReadExperiment(sql::Connection& connection, ExperimentId id);
/// The same, but InvalidArgument when it is deleted.
Result<Experiment> ReadActiveExperiment(sql::Connection& connection, ExperimentId id);
Result<std::optional<Experiment>> ReadExperimentNamed(sql::Connection& connection, std::string_view name);
Result<> UpdateExperiment(sql::Connection& connection, const Experiment& experiment);
Result<> UpsertExperimentTags(sql::Connection& connection, ExperimentId id, std::span<const Tag> tags);
/// Whether there was such a tag.
Result<bool> EraseExperimentTag(sql::Connection& connection, ExperimentId id, std::string_view key);
/// Fills the tags of all of them.
Result<> ReadExperimentTags(sql::Connection& connection, std::span<Experiment> experiments);

}  // namespace cairn::tracking

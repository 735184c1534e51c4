#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/records.h"

/// Erasing for good, in the caller's transaction. Whoever calls decides whether it is allowed, appends the
/// events and removes the files; what is erased here cannot be restored.
namespace cairn::tracking {

/// Runs with the models that they logged; of an experiment, all it holds.
struct Doomed {
  std::optional<Experiment> experiment;
  std::vector<RunInfo> runs;
  std::vector<LoggedModel> models;  ///< Without what hangs on them.
};

/// Deleted ones too. NotFound for an id that does not exist.
Result<Doomed> DoomedRuns(sql::Connection& connection, std::span<const std::string> runs);
Result<Doomed> DoomedExperiment(sql::Connection& connection, ExperimentId experiment);
/// One logged model alone; nothing when there is none.
Result<Doomed> DoomedModel(sql::Connection& connection, std::string_view model);

/// How many records there are of each kind, by their name in the plural; kinds without any are left out.
Result<std::vector<std::pair<std::string, std::int64_t>>> CountRecords(sql::Connection& connection,
                                                                       const Doomed& doomed);
Result<> EraseRecords(sql::Connection& connection, const Doomed& doomed);

/// The URIs of all folders that hold their artifacts and nothing else: of the runs, then of the models, each
/// in their order.
std::vector<std::string> ArtifactUris(const Doomed& doomed);

/// Where an experiment, perhaps a deleted one, keeps its artifacts. NotFound when there is none.
Result<std::string> LocationOf(sql::Connection& connection, ExperimentId experiment);

/// A record, perhaps a deleted one but none of `doomed`, whose artifacts lie at or below `path` of the
/// artifact root at `address` (Artifacts::Address): "run 0a…"; "" when there is none. Reads the URIs of all
/// runs and models unless the last name in `path` is a run's or a logged model's id: below such a folder only
/// that record itself, or an experiment with a location of its own, has artifacts.
Result<std::string> KeeperBelow(sql::Connection& connection, const std::string& path,
                                const std::string& address, const Doomed& doomed);

}  // namespace cairn::tracking

#include "loop/tracking/deletion.h"

#include <algorithm>
#include <set>

#include "ground/vocabulary/digest.h"
#include "loop/tracking/artifact_path.h"
#include "loop/tracking/tables/deletion_table.h"
#include "loop/tracking/tables/experiment_table.h"
#include "loop/tracking/tables/held_uris.h"
#include "loop/tracking/tables/logged_model_table.h"
#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {
namespace {

using Values = std::vector<sql::Value>;

Values IdsOf(const std::vector<RunInfo>& runs) {
  Values ids;
  for (const auto& run : runs) ids.emplace_back(run.id);
  return ids;
}

Values IdsOf(const std::vector<LoggedModel>& models) {
  Values ids;
  for (const auto& model : models) ids.emplace_back(model.id);
  return ids;
}

/// Calls `work` with each kind of records and those that it hangs on, what hangs on something before it.
template <class Work>
Result<> ForEachKind(sql::Connection& connection, const Doomed& doomed, Work work) {
  const auto numbers = CAIRN_TRY(ReadRunNumbers(connection, IdsOf(doomed.runs)));
  for (const auto& rows : HangingOnRuns()) CAIRN_TRY(work(rows, numbers));
  const auto models = IdsOf(doomed.models);
  for (const auto& rows : HangingOnModels()) CAIRN_TRY(work(rows, models));
  Values experiments;
  if (doomed.experiment) experiments.emplace_back(doomed.experiment->id);
  for (const auto& rows : HangingOnExperiments()) CAIRN_TRY(work(rows, experiments));
  return {};
}

/// The folder of a run or logged model is the parent of its artifacts' folder, if that is how the URI was
/// made.
std::string OwnFolder(const std::string& artifact_uri, const std::string& id) {
  const std::string tail = id + "/artifacts";
  return artifact_uri.ends_with("/" + tail) ? artifact_uri.substr(0, artifact_uri.size() - 10) : artifact_uri;
}

}  // namespace

Result<Doomed> DoomedRuns(sql::Connection& connection, std::span<const std::string> runs) {
  Doomed doomed;
  std::set<std::string_view> seen;
  for (const auto& id : runs) {
    if (seen.insert(id).second) doomed.runs.push_back(CAIRN_TRY(ReadRun(connection, id)).info);
  }
  doomed.models = CAIRN_TRY(ReadModelsMadeBy(connection, IdsOf(doomed.runs)));
  return doomed;
}

Result<Doomed> DoomedExperiment(sql::Connection& connection, ExperimentId experiment) {
  Doomed doomed;
  doomed.experiment = CAIRN_TRY(ReadExperiment(connection, experiment));
  for (auto& run : CAIRN_TRY(ReadRunsOf(connection, experiment))) doomed.runs.push_back(std::move(run.info));
  doomed.models = CAIRN_TRY(ReadModelsOf(connection, experiment));
  for (auto& model : CAIRN_TRY(ReadModelsMadeBy(connection, IdsOf(doomed.runs)))) {
    if (model.experiment != experiment) doomed.models.push_back(std::move(model));
  }
  return doomed;
}

Result<Doomed> DoomedModel(sql::Connection& connection, std::string_view model) {
  Doomed doomed;
  auto found = ReadLoggedModel(connection, model);
  if (!found && found.error().reason != Reason::NotFound) return std::move(found).error();
  if (found) doomed.models.push_back(*std::move(found));
  return doomed;
}

Result<std::vector<std::pair<std::string, std::int64_t>>> CountRecords(sql::Connection& connection,
                                                                       const Doomed& doomed) {
  std::vector<std::pair<std::string, std::int64_t>> counts;
  CAIRN_TRY(ForEachKind(connection, doomed, [&](const Hanging& rows, const Values& owners) -> Result<> {
    if (rows.plural.empty()) return {};
    const auto count = CAIRN_TRY(CountHanging(connection, rows, owners));
    if (count > 0) counts.emplace_back(rows.plural, count);
    return {};
  }));
  return counts;
}

Result<> EraseRecords(sql::Connection& connection, const Doomed& doomed) {
  return ForEachKind(connection, doomed, [&](const Hanging& rows, const Values& owners) {
    return EraseHanging(connection, rows, owners);
  });
}

std::vector<std::string> ArtifactUris(const Doomed& doomed) {
  std::vector<std::string> uris;
  for (const auto& run : doomed.runs) uris.push_back(OwnFolder(run.artifact_uri, run.id));
  for (const auto& model : doomed.models) uris.push_back(OwnFolder(model.artifact_uri, model.id));
  return uris;
}

Result<std::string> LocationOf(sql::Connection& connection, ExperimentId experiment) {
  return CAIRN_TRY(ReadExperiment(connection, experiment)).artifact_location;
}

Result<std::string> KeeperBelow(sql::Connection& connection, const std::string& path,
                                const std::string& address, const Doomed& doomed) {
  std::set<std::string_view> going;
  for (const auto& run : doomed.runs) going.insert(run.id);
  for (const auto& model : doomed.models) going.insert(model.id);
  const auto experiment = doomed.experiment ? std::to_string(doomed.experiment->id) : "";
  if (doomed.experiment) going.insert(experiment);
  // Whatever leads to `path` or below has its last name in it, however the rest is written.
  const auto name = path.substr(path.rfind('/') + 1);
  auto uris = CAIRN_TRY(ReadExperimentUrisWith(connection, name));
  const bool is_id = IsHex(name, 32) || (name.starts_with("m-") && IsHex(name.substr(2), 32));
  for (auto& one :
       CAIRN_TRY(is_id ? ReadHolderUrisOf(connection, name) : ReadHolderUrisWith(connection, name)))
    uris.push_back(std::move(one));
  for (const auto& [kind, id, uri] : uris) {
    const auto kept = KeptPath(uri, address);
    if (kept && IsAtOrBelow(*kept, path) && !going.contains(id)) return kind + " " + id;
  }
  return std::string();
}

}  // namespace cairn::tracking

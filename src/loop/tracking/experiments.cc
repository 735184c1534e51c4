#include "loop/tracking/experiments.h"

#include <atomic>
#include <utility>

#include "ledger/metadata/event.h"
#include "loop/tracking/artifact_path.h"
#include "loop/tracking/keys.h"
#include "loop/tracking/page.h"
#include "loop/tracking/search/searches.h"
#include "loop/tracking/tables/experiment_table.h"
#include "loop/tracking/tables/input_table.h"
#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {
namespace {

/// 18 digits: the millisecond, and a running number below it.
ExperimentId NewExperimentId(TimeMs now) {
  constexpr ExperimentId kPerMillisecond = 100'000;
  static std::atomic<ExperimentId> last{0};
  auto previous = last.load();
  while (!last.compare_exchange_weak(previous, std::max(previous + 1, now * kPerMillisecond))) {
  }
  return std::max(previous + 1, now * kPerMillisecond);
}

Result<> Record(sql::Connection& connection, TimeMs now, std::string kind, const Experiment& experiment) {
  CAIRN_TRY(metadata::Append(connection, now,
                             {.kind = "experiment." + std::move(kind),
                              .subject = "experiment:" + std::to_string(experiment.id),
                              .actor = "client",
                              .cause = "",
                              .body = Json{{"name", experiment.name}}}));
  return {};
}

Result<> RefuseTaken(sql::Connection& connection, std::string_view name) {
  const auto holder = CAIRN_TRY(ReadExperimentNamed(connection, name));
  if (!holder) return {};
  const std::string hint = holder->deleted ? " in deleted state. Restore it, or choose another name." : ".";
  return Error{Reason::AlreadyExists, "Experiment '" + std::string(name) + "' already exists" + hint};
}

Result<Experiment> WithTags(sql::Connection& connection, Experiment experiment) {
  CAIRN_TRY(ReadExperimentTags(connection, std::span(&experiment, 1)));
  return experiment;
}

}  // namespace

Experiments::Experiments(sql::Database& database, const os::Clock& clock, std::string artifact_root)
    : database_(database), clock_(clock), artifact_root_(std::move(artifact_root)) {}

Result<ExperimentId> Experiments::Create(const New& wanted) {
  CAIRN_TRY(CheckExperimentName(wanted.name));
  CAIRN_TRY(CheckArtifactLocation(wanted.artifact_location));
  for (const auto& tag : wanted.tags) CAIRN_TRY(CheckExperimentTag(tag));
  const auto now = clock_.Now();
  Experiment experiment;
  experiment.id = NewExperimentId(now);
  experiment.name = wanted.name;
  experiment.artifact_location = CAIRN_TRY(AbsoluteLocation(wanted.artifact_location));
  if (wanted.artifact_location.empty())
    experiment.artifact_location = AppendToUri(artifact_root_, std::to_string(experiment.id));
  experiment.created_ms = experiment.updated_ms = now;
  return database_.Transact([&](sql::Connection& connection) -> Result<ExperimentId> {
    CAIRN_TRY(RefuseTaken(connection, experiment.name));
    CAIRN_TRY(InsertExperiment(connection, experiment));
    CAIRN_TRY(UpsertExperimentTags(connection, experiment.id, wanted.tags));
    CAIRN_TRY(Record(connection, now, "created", experiment));
    return experiment.id;
  });
}

Result<> Experiments::EnsureDefault() {
  const auto now = clock_.Now();
  auto made = database_.Transact([&](sql::Connection& connection) -> Result<> {
    const auto present = ReadExperiment(connection, 0);
    if (present) return {};
    if (present.error().reason != Reason::NotFound) return present.error();
    Experiment experiment;
    experiment.name = "Default";
    experiment.artifact_location = AppendToUri(artifact_root_, "0");
    experiment.created_ms = experiment.updated_ms = now;
    CAIRN_TRY(InsertExperiment(connection, experiment));
    return Record(connection, now, "created", experiment);
  });
  // Another process that opened the same store at the same moment made it.
  if (!made && made.error().reason == Reason::AlreadyExists) return {};
  return made;
}

Result<Experiment> Experiments::Find(ExperimentId id) const {
  return database_.Read([&](sql::Connection& connection) -> Result<Experiment> {
    return WithTags(connection, CAIRN_TRY(ReadExperiment(connection, id)));
  });
}

Result<Experiment> Experiments::FindByName(std::string_view name) const {
  return database_.Read([&](sql::Connection& connection) -> Result<Experiment> {
    auto found = CAIRN_TRY(ReadExperimentNamed(connection, name));
    if (!found)
      return Error{Reason::NotFound, "Could not find experiment with name '" + std::string(name) + "'"};
    return WithTags(connection, *std::move(found));
  });
}

Result<> Experiments::Rename(ExperimentId id, std::string_view name) {
  CAIRN_TRY(CheckExperimentName(name));
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto experiment = CAIRN_TRY(ReadActiveExperiment(connection, id));
    if (experiment.name != name) CAIRN_TRY(RefuseTaken(connection, name));
    experiment.name = name;
    experiment.updated_ms = now;
    return UpdateExperiment(connection, experiment);
  });
}

Result<> Experiments::SetDeleted(ExperimentId id, bool deleted) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto experiment = CAIRN_TRY(ReadExperiment(connection, id));
    if (experiment.deleted == deleted) {
      return Error{Reason::NotFound, "No Experiment with id=" + std::to_string(id) + " exists in the " +
                                         (deleted ? "active" : "deleted") + " state: it is " +
                                         (deleted ? "deleted" : "active") + " already."};
    }
    experiment.deleted = deleted;
    experiment.updated_ms = now;
    CAIRN_TRY(UpdateExperiment(connection, experiment));
    CAIRN_TRY(MarkRunsOf(connection, id, deleted));
    return Record(connection, now, deleted ? "deleted" : "restored", experiment);
  });
}

Result<> Experiments::Delete(ExperimentId id) { return SetDeleted(id, true); }
Result<> Experiments::Restore(ExperimentId id) { return SetDeleted(id, false); }

Result<> Experiments::SetTag(ExperimentId id, const Tag& tag) {
  CAIRN_TRY(CheckExperimentTag(tag));
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(ReadActiveExperiment(connection, id));
    return UpsertExperimentTags(connection, id, std::span(&tag, 1));
  });
}

Result<> Experiments::DeleteTag(ExperimentId id, std::string_view key) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(ReadActiveExperiment(connection, id));
    if (CAIRN_TRY(EraseExperimentTag(connection, id, key))) return {};
    return Error{Reason::NotFound,
                 "No tag with name: " + std::string(key) + " in experiment with id " + std::to_string(id)};
  });
}

Result<Page<Experiment>> Experiments::Find(const Search& search) const {
  const auto offset = CAIRN_TRY(OffsetOf(search.page));
  return database_.Read([&](sql::Connection& connection) -> Result<Page<Experiment>> {
    Page<Experiment> page;
    page.items = CAIRN_TRY(FindExperiments(connection, search, offset));
    page.next = CutToPage(page.items, offset, search.limit);
    CAIRN_TRY(ReadExperimentTags(connection, page.items));
    return page;
  });
}

Result<std::vector<Experiments::DatasetSummary>> Experiments::Datasets(
    std::span<const ExperimentId> experiments) const {
  return database_.Read([&](sql::Connection& connection) { return ReadDatasets(connection, experiments); });
}

}  // namespace cairn::tracking

#include "loop/tracking/restoration.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <string>

#include "loop/tracking/keys.h"
#include "loop/tracking/tables/experiment_table.h"
#include "loop/tracking/tables/input_table.h"
#include "loop/tracking/tables/logged_model_table.h"
#include "loop/tracking/tables/run_records.h"
#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {
namespace {

/// Those of `wanted` whose key is not among `here`.
template <class T>
std::vector<T> Lacking(const std::vector<T>& here, const std::vector<T>& wanted) {
  std::set<std::string_view> keys;
  for (const auto& one : here) keys.insert(one.key);
  std::vector<T> lacking;
  for (const auto& one : wanted) {
    if (keys.insert(one.key).second) lacking.push_back(one);
  }
  return lacking;
}

/// The run as it is here; a new one when it was not.
Result<Run> FindOrInsert(sql::Connection& connection, std::int64_t number, const Run& wanted,
                         StoredRun& stored) {
  auto found = ReadRun(connection, wanted.info.id);
  if (!found && found.error().reason != Reason::NotFound) return std::move(found).error();
  if (found) {
    stored = *found;
    auto runs = CAIRN_TRY(ReadRecords(connection, {*std::move(found)}, InputModels::Left));
    return std::move(runs.front());
  }
  stored = {number, wanted.info};
  stored.info.deleted = false;
  CAIRN_TRY(InsertRun(connection, stored));
  return Run();
}

}  // namespace

Result<> Restoration::Restore(const Experiment& wanted) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto here = ReadExperiment(connection, wanted.id);
    if (!here && here.error().reason != Reason::NotFound) return std::move(here).error();
    if (!here) {
      if (CAIRN_TRY(ReadExperimentNamed(connection, wanted.name)))
        return Error{Reason::AlreadyExists,
                     "Experiment '" + wanted.name + "' already exists under another id."};
      CAIRN_TRY(InsertExperiment(connection, wanted));
      return UpsertExperimentTags(connection, wanted.id, wanted.tags);
    }
    CAIRN_TRY(ReadExperimentTags(connection, std::span(&*here, 1)));
    return UpsertExperimentTags(connection, wanted.id, Lacking(here->tags, wanted.tags));
  });
}

ExperimentId Restoration::NewExperimentId() const {
  // As Experiments does it, from the far end of the millisecond, so that the two do not meet.
  constexpr ExperimentId kPerMillisecond = 100'000, kFarEnd = 50'000;
  static std::atomic<ExperimentId> last{0};
  const auto from_time = clock_.Now() * kPerMillisecond + kFarEnd;
  auto previous = last.load();
  while (!last.compare_exchange_weak(previous, std::max(previous + 1, from_time))) {
  }
  return std::max(previous + 1, from_time);
}

Result<> Restoration::Restore(const Run& wanted) {
  CAIRN_TRY(CheckRunId(wanted.info.id));
  const auto restore = [&](sql::Connection& connection, std::int64_t number) -> Result<> {
    StoredRun stored;
    const auto here = CAIRN_TRY(FindOrInsert(connection, number, wanted, stored));
    CAIRN_TRY(InsertParams(connection, stored, Lacking(here.params, wanted.params)));
    CAIRN_TRY(UpsertTags(connection, stored.number, Lacking(here.tags, wanted.tags)));
    CAIRN_TRY(InsertInputs(connection, stored.number, stored.info.experiment, wanted.inputs));
    CAIRN_TRY(InsertInputModels(connection, stored.number, wanted.input_models));
    return InsertOutputs(connection, stored.number, wanted.outputs);
  };
  // Another process on the same store may have taken the number.
  constexpr int kAttempts = 20;
  for (int attempt = 1;; ++attempt) {
    const auto number = NewRunNumber(clock_.Now());
    auto restored =
        database_.Transact([&](sql::Connection& connection) { return restore(connection, number); });
    if (restored || restored.error().reason != Reason::AlreadyExists || attempt == kAttempts) return restored;
  }
}

Result<> Restoration::SetState(const RunInfo& wanted) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto stored = CAIRN_TRY(ReadRun(connection, wanted.id));
    stored.info.status = wanted.status;
    stored.info.end_ms = wanted.end_ms;
    stored.info.deleted = wanted.deleted;
    return UpdateRun(connection, stored);
  });
}

Result<> Restoration::Restore(const LoggedModel& wanted) {
  CAIRN_TRY(CheckRunId(wanted.id));
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto here = ReadLoggedModel(connection, wanted.id);
    if (!here && here.error().reason != Reason::NotFound) return std::move(here).error();
    LoggedModel had;
    if (here) {
      had = *std::move(here);
      CAIRN_TRY(ReadModelRecords(connection, std::span(&had, 1)));
    } else {
      CAIRN_TRY(InsertLoggedModel(connection, wanted));
    }
    CAIRN_TRY(InsertModelParams(connection, wanted.id, Lacking(had.params, wanted.params)));
    return UpsertModelTags(connection, wanted.id, Lacking(had.tags, wanted.tags));
  });
}

}  // namespace cairn::tracking

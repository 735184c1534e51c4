#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "loop/tracking/records.h"

namespace cairn::tracking {

class MetricKeys;
class MatchCounts;
class MetricBacklog;

/// What was tried and measured. Safe from any thread. A run that does not exist is NotFound; writing to a
/// deleted one is InvalidArgument.
class Runs {
 public:
  /// Both must outlive this.
  Runs(sql::Database& database, const os::Clock& clock, LongValues long_values = LongValues::Cut);
  Runs(Runs&&) noexcept;
  ~Runs();

  /// Takes over what another process left in the store. Called once, before anything else.
  Result<> Adopt();

  struct New {
    ExperimentId experiment = 0;
    std::string name;  ///< "": the tag mlflow.runName, or else a random one.
    std::string user;
    TimeMs start_ms = 0;
    std::vector<Tag> tags;  ///< Any keys; those set later have limits.
  };
  /// InvalidArgument when the experiment is deleted, or name and name tag differ.
  Result<Run> Create(const New& wanted);
  /// The same without waiting (sql::Database::TransactThen): `done` is called once; this must live so long.
  void CreateThen(const New& wanted, std::function<void(Result<Run>)> done);
  /// Everything about a run, also a deleted one.
  Result<Run> Find(std::string_view id) const;

  struct Change {
    std::optional<RunStatus> status;
    std::optional<TimeMs> end_ms;
    std::optional<std::string> name;
  };
  Result<RunInfo> Update(std::string_view id, const Change& change);
  /// Deleting a deleted run and restoring an active one change nothing.
  Result<> Delete(std::string_view id);
  Result<> Restore(std::string_view id);

  struct Batch {
    std::vector<Metric> metrics;
    std::vector<Param> params;
    std::vector<Tag> tags;  ///< The last of equal keys wins.
  };
  /// All or nothing. Metrics that are there already are ignored. InvalidArgument: a parameter that has
  /// another value already, a key twice among the parameters, keys and values outside the limits, too many
  /// entries.
  Result<> Log(std::string_view id, Batch batch);
  /// The same without waiting, as CreateThen.
  void LogThen(std::string_view id, Batch batch, std::function<void(Result<>)> done);
  /// NotFound without such a tag.
  Result<> DeleteTag(std::string_view id, std::string_view key);
  /// Appends to the JSON list that the tag holds, of any length; begins one when there is no such tag.
  /// InvalidArgument when it holds something else.
  Result<> AppendToTag(std::string_view id, std::string_view key, const Json& item);

  /// Records what the run read; a data set that it has already is left as it is.
  Result<> LogInputs(std::string_view id, std::span<const DatasetInput> datasets,
                     std::span<const std::string> models);
  /// Records the logged models that it made.
  Result<> LogOutputs(std::string_view id, std::span<const ModelOutput> models);

  struct Search {
    std::vector<ExperimentId> experiments;  ///< None: nothing is found.
    std::string filter;
    std::vector<std::string> order_by;  ///< After these: start time, newest first, then id.
    View view = View::Active;
    std::int64_t limit = 1000;
    std::string page;
  };
  /// Without the models that went in.
  Result<Page<Run>> Find(const Search& search) const;

  /// All points of one metric by time, step, value; nothing for an unknown run or key. `limit` 0: all.
  Result<Page<Point>> History(std::string_view id, std::string_view key, std::int64_t limit,
                              std::string_view page) const;

  struct Interval {
    std::vector<std::string> runs;
    std::string key;
    std::optional<std::int64_t> first_step, last_step;  ///< Both or neither.
    std::int64_t limit = 2500;                          ///< Points of each run.
    Sampling sampling = Sampling::Even;
  };
  /// At most `limit` points of each run by (step, time, value), the last one always among them. Of at least
  /// four with their extremes, the first one, the least and the greatest are as well.
  Result<std::vector<Metric>> Sampled(const Interval& interval) const;

 private:
  Result<> SetDeleted(std::string_view id, bool deleted);
  Result<Run> Unnumbered(const New& wanted) const;
  void InsertThen(std::shared_ptr<const Run> run, int attempt, std::function<void(Result<Run>)> done);

  sql::Database& database_;
  const os::Clock& clock_;
  LongValues long_values_;
  std::unique_ptr<MetricKeys> keys_;
  std::unique_ptr<MatchCounts> counts_;     ///< What searches found out.
  std::shared_ptr<MetricBacklog> backlog_;  ///< Shared with folding that goes on behind.
};

}  // namespace cairn::tracking

#pragma once

#include <map>
#include <string>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/connection.h"
#include "loop/moving/source.h"

namespace cairn::moving {

/// Writes records into the tables of MLflow 3, in the caller's transaction. Facts about them: the dbmodels of
/// mlflow.store.tracking and mlflow.store.model_registry. Experiments must have ids that fit there: on
/// PostgreSQL MLflow keeps them in 32 bits. There its columns have limits, which the database itself tells: a
/// text that is longer is InvalidArgument, naming the record, the column and the text.
class MlflowWriter {
 public:
  /// `now` stands where MLflow wants to know when something was deleted.
  MlflowWriter(sql::Connection& connection, TimeMs now) : connection_(connection), now_(now) {}

  /// Conflict when the store holds something, Unsupported when its tables are not those of MLflow 3.
  Result<> CheckEmpty();
  Result<> Write(const tracking::Experiment& experiment);
  /// All but the points.
  Result<> Write(const tracking::Run& run);
  Result<> WritePoints(const std::string& run, std::span<const tracking::Metric> points);
  /// After the runs that its metrics name.
  Result<> Write(const tracking::LoggedModel& model);
  Result<> Write(const FoundModel& model);
  /// Lets MLflow go on counting experiments after the last that was written.
  Result<> SetCounters();

 private:
  Result<> WriteVersion(const FoundVersion& found);
  /// How many characters columns take, where they have a limit.
  Result<> ReadLimits();
  Result<> CheckLength(const std::string& who, const std::string& column, const sql::Value& value) const;
  /// Rows, one after the other, after a look at the lengths; `who` has them.
  Result<> Insert(const std::string& who, const std::string& table,
                  std::initializer_list<const char*> columns, const std::vector<sql::Value>& rows,
                  const char* tail = "");
  /// Rows of (key, value, timestamp, run, step, whether it is NaN) in one of the two tables that hold such.
  Result<> InsertValues(const std::string& who, const char* table, const std::vector<sql::Value>& rows);
  Result<> WriteInputs(const tracking::Run& run);
  Result<> WriteEdge(const char* from_kind, const std::string& from, const char* to_kind,
                     const std::string& to, std::int64_t step, std::string& id);
  Result<std::string> DatasetId(tracking::ExperimentId experiment, const tracking::Dataset& dataset);

  sql::Connection& connection_;
  const TimeMs now_;
  std::map<std::string, std::string> datasets_;
  std::map<std::string, std::size_t> limits_;  ///< By "table.column".
};

}  // namespace cairn::moving

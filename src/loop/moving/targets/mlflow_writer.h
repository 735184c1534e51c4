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
/// PostgreSQL MLflow keeps them in 32 bits.
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
  /// Rows of (key, value, timestamp, run, step, whether it is NaN) in one of the two tables that hold such.
  Result<> InsertValues(const char* table, const std::vector<sql::Value>& rows);
  Result<> WriteInputs(const tracking::Run& run);
  Result<> WriteEdge(const char* from_kind, const std::string& from, const char* to_kind,
                     const std::string& to, std::int64_t step, std::string& id);
  Result<std::string> DatasetId(tracking::ExperimentId experiment, const tracking::Dataset& dataset);

  sql::Connection& connection_;
  const TimeMs now_;
  std::map<std::string, std::string> datasets_;
};

}  // namespace cairn::moving

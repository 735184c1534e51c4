#pragma once

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "loop/tracking/records.h"

namespace cairn::tracking {

/// Puts records back with the ids, times and states they had elsewhere: what an import, and nothing else, may
/// do. What is here already is never overwritten. Safe from any thread.
class Restoration {
 public:
  /// Both must outlive this.
  Restoration(sql::Database& database, const os::Clock& clock) : database_(database), clock_(clock) {}

  /// Everything as given, deleted ones too. Where the experiment is here already, the tags that it lacks are
  /// added and the rest stays. AlreadyExists when another experiment has its name.
  Result<> Restore(const Experiment& experiment);
  /// An id for an experiment whose own is taken.
  ExperimentId NewExperimentId() const;

  /// All of the run but its metrics, as not deleted, so that its points can be logged; SetState gives it its
  /// end. Where the run is here already, the parameters, tags, inputs and outputs that it lacks are added and
  /// the rest stays.
  Result<> Restore(const Run& run);
  /// Status, end and whether it is deleted, without an event. NotFound when there is no such run.
  Result<> SetState(const RunInfo& run);

  /// All of the model but its metrics. Where it is here already, the tags and parameters that it lacks are
  /// added.
  Result<> Restore(const LoggedModel& model);

 private:
  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::tracking

#pragma once

#include <memory>
#include <string>

#include "loop/tracking/experiments.h"
#include "loop/tracking/logged_models.h"
#include "loop/tracking/runs.h"

namespace cairn::tracking {

/// What was tried: experiments, their runs, and the models that runs logged. Safe from any thread.
struct Tracking {
  Experiments experiments;
  Runs runs;
  LoggedModels models;

  /// `database` (with this room's schema applied) and `clock` must outlive it. A new store gets the
  /// experiment Default. `artifact_root` is the URI below which artifacts are kept: "mlflow-artifacts:/" when
  /// clients send them through the server.
  static Result<std::unique_ptr<Tracking>> Open(sql::Database& database, const os::Clock& clock,
                                                std::string artifact_root,
                                                LongValues long_values = LongValues::Cut);
  /// Changes nothing in the store. Searches by metrics, which would, fail.
  static std::unique_ptr<Tracking> OpenToRead(sql::Database& database, const os::Clock& clock);
};

}  // namespace cairn::tracking

#pragma once

#include <memory>
#include <string>

#include "ground/os/clock.h"
#include "ground/vocabulary/result.h"
#include "loop/serving/prediction_log.h"
#include "loop/serving/service.h"
#include "loop/serving/version_source.h"

namespace cairn::package {

/// A service for one version, without registry and records: the version is in production and no other exists,
/// and what is answered is kept nowhere. Safe from any thread.
class Alone {
 public:
  /// The errors of Service::Configure. `clock` must outlive it.
  static Result<std::unique_ptr<Alone>> Start(const serving::Settings& settings,
                                              const serving::StoredVersion& version, const os::Clock& clock);

  serving::Service& service() { return service_; }

 private:
  Alone(const serving::StoredVersion& version, const os::Clock& clock);

  std::unique_ptr<serving::PredictionLog> log_;
  serving::Service service_;
};

}  // namespace cairn::package

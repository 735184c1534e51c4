#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/log.h"
#include "loop/tracking/tracking.h"

namespace cairn::tracking::testing {

/// A fresh store with this room's tables and an experiment Default, on the engine named.
class TrackingStore {
 public:
  explicit TrackingStore(const std::string& engine);

  Tracking& operator*() { return *tracking_; }
  Tracking* operator->() { return tracking_.get(); }
  sql::Database& database() { return store_.database(); }
  os::testing::ManualClock& clock() { return clock_; }
  /// As a restart of the program does.
  void Reopen();

  /// A new run in experiment 0.
  Run NewRun(Runs::New wanted = {});
  /// The events of that kind in the log.
  std::vector<metadata::LoggedEvent> Events(const std::string& kind);

 private:
  void OpenTracking();

  os::testing::ManualClock clock_;
  sql::testing::TestStore store_;
  std::unique_ptr<Tracking> tracking_;
};

}  // namespace cairn::tracking::testing

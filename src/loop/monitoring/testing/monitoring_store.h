#pragma once

#include <array>
#include <stdexcept>
#include <string>

#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/schema.h"
#include "loop/data/schema.h"
#include "loop/monitoring/monitoring.h"
#include "loop/monitoring/schema.h"
#include "loop/monitoring/testing/memory_prediction_log.h"

namespace cairn::monitoring::testing {

/// A fresh store with this room's tables, and those of another room that a test needs, on the engine named;
/// predictions are kept in memory.
struct MonitoringStore {
  MonitoringStore(const std::string& engine, TimeMs now, const sql::RoomSchema* more = nullptr)
      : clock(now), store(engine) {
    std::vector<const sql::RoomSchema*> rooms{&metadata::Schema(), &data::Schema(), &Schema()};
    if (more != nullptr) rooms.push_back(more);
    const auto migrated = store->Migrate(rooms);
    if (!migrated) throw std::runtime_error(migrated.error().message);
  }

  os::testing::ManualClock clock;
  sql::testing::TestStore store;
  sql::Database& database = store.database();
  data::Catalogue catalogue{database, clock, {}};
  MemoryPredictionLog predictions{database};
  Monitoring monitoring{database, clock, predictions, catalogue};
};

}  // namespace cairn::monitoring::testing

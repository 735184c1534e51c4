#pragma once

#include <array>
#include <stdexcept>
#include <string>

#include "ground/os/testing/manual_clock.h"
#include "loop/data/schema.h"
#include "loop/monitoring/monitoring.h"
#include "loop/monitoring/schema.h"
#include "loop/monitoring/testing/memory_prediction_log.h"
#include "loop/registry/testing/registry_store.h"

namespace cairn::monitoring::testing {

using registry::testing::Must;

/// A fresh store with this room's tables and the registry's, on the engine named; predictions are kept in
/// memory.
struct MonitoringStore {
  MonitoringStore(const std::string& engine, TimeMs now) : registered(engine) {
    const std::array schemas = {&data::Schema(), &Schema()};
    Must(database.Migrate(schemas));
    clock.Set(now);
  }

  /// The next version of a model, made by a run of the pipeline that went by a version of the data
  /// ("flights@4"), or, for "", elsewhere.
  registry::ModelVersion Register(const std::string& model, const std::string& data) {
    if (!registered.registry.FindModel(model)) Must(registered.registry.Create(model, {}, "", "ada"));
    std::vector<tracking::Tag> tags;
    if (!data.empty()) tags.push_back({"cairn.data", data});
    const auto run = Must(registered.tracking->runs.Create({0, "", "ada", 1, tags}));
    const auto logged = registered.Log("weights", run.info.id);
    return Must(registered.registry.Add({model, "models:/" + logged.id, "", "", "", "", {}, "ada", ""}));
  }

  registry::testing::RegistryStore registered;
  os::testing::ManualClock& clock = registered.clock();
  sql::Database& database = registered.database();
  data::Catalogue catalogue{database, clock, {}};
  MemoryPredictionLog predictions{database};
  Monitoring monitoring{database, clock, predictions, catalogue, registered.registry};
};

}  // namespace cairn::monitoring::testing

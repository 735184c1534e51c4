#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "app/address.h"
#include "app/app.h"
#include "ground/crypto/signature.h"
#include "ground/os/clock.h"
#include "ground/otlp/exporter.h"
#include "ground/sql/database.h"
#include "ground/telemetry/log.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/decision.h"
#include "ledger/governance/retention.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/sealer.h"
#include "loop/assessment/assessment.h"
#include "loop/batch/published.h"
#include "loop/charter/feasibility.h"
#include "loop/charter/signatures.h"
#include "loop/data/catalogue.h"
#include "loop/monitoring/monitoring.h"
#include "loop/pipeline/runner.h"
#include "loop/pipeline/scheduler.h"
#include "loop/registry/deletion.h"
#include "loop/registry/registry.h"
#include "loop/registry/webhooks.h"
#include "loop/rollout/rollout.h"
#include "loop/serving/service.h"
#include "loop/serving/shipping.h"
#include "loop/sweep/sweeps.h"
#include "loop/tracking/artifact_places.h"
#include "loop/tracking/tracking.h"

namespace cairn::app {

/// Of all rooms that have tables in the store.
std::span<const sql::RoomSchema* const> Schemas();

/// Every room, in the order in which they are built; doors take what they need by reference.
struct Rooms {
  /// Opens the store, brings its tables up to date, and builds every room.
  static Result<std::unique_ptr<Rooms>> Build(const Settings& settings);

  /// The parts that can fail to open.
  struct Opened {
    std::unique_ptr<sql::Database> database;
    crypto::SigningKey seal_key;
    tracking::Artifacts artifacts;
    std::unique_ptr<tracking::Tracking> tracking;
    std::unique_ptr<serving::PredictionLog> predictions;
  };
  Rooms(const Settings& given, Opened opened);

  Settings settings;
  const os::Clock& clock;
  std::unique_ptr<sql::Database> database;
  crypto::SigningKey seal_key;
  metadata::Log log;
  metadata::Sealer sealer;
  governance::Configurations configurations;
  governance::Decisions decisions;
  governance::Holds holds;
  charter::Feasibility feasibility;
  charter::Signatures signatures;
  data::Catalogue catalogue;
  std::unique_ptr<tracking::Tracking> tracking;
  tracking::Artifacts artifacts;
  tracking::ArtifactPlaces places;
  registry::Registry registry;
  registry::Deletion deletion;
  registry::Webhooks webhooks;
  std::unique_ptr<serving::PredictionLog> predictions;
  serving::Service service;
  assessment::Assessments assessments;
  monitoring::Monitoring monitoring;
  batch::Published batches;
  rollout::Rollouts rollouts;
  telemetry::Log journal;
  Address address;
  /// Last, so that they end first: runs call the rooms above.
  pipeline::Runner runner;
  pipeline::Scheduler scheduler;
  sweep::Sweeps sweeps;
  otlp::Exporter exporter;
  serving::Shipping shipping;

  /// The last accepted configuration, parsed; null when there is none.
  Result<std::optional<Node>> Governing() const;
  /// The file of a store on SQLite, "" for one on PostgreSQL.
  std::string StoreFile() const;
  /// The path of `name` in the data folder.
  std::string InData(std::string_view name) const;
};

}  // namespace cairn::app

#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ground/http/router.h"
#include "ground/os/clock.h"
#include "ground/otlp/exporter.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/decision.h"
#include "ledger/governance/retention.h"
#include "ledger/metadata/derived.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/sealer.h"
#include "loop/assessment/assessment.h"
#include "loop/charter/feasibility.h"
#include "loop/data/catalogue.h"
#include "loop/monitoring/monitoring.h"
#include "loop/moving/import.h"
#include "loop/package/packing.h"
#include "loop/pipeline/runner.h"
#include "loop/pipeline/scheduler.h"
#include "loop/registry/deletion.h"
#include "loop/registry/registry.h"
#include "loop/rollout/rollout.h"
#include "loop/scorecard/kpi.h"
#include "loop/serving/service.h"
#include "loop/serving/shipping.h"
#include "loop/sweep/sweeps.h"
#include "loop/tracking/run_names.h"
#include "loop/tracking/tracking.h"

/// Each resource of the own API adds its routes with one function; what is passed must outlive the router.
namespace cairn::api {

/// /api/v1/version
void MountVersion(http::Router& router);

struct AuditRooms {
  sql::Database& database;
  const governance::Configurations& configurations;
  metadata::Log& log;
  metadata::Sealer& sealer;
  const os::Clock& clock;
  std::string heads_file;
  std::string public_key;  ///< The sealer's, base64.
  std::vector<metadata::DerivedTable> derived;
};
/// /api/v1/audit/…
void MountAudit(http::Router& router, AuditRooms rooms);

struct DataRooms {
  data::Catalogue& catalogue;
  governance::Configurations& configurations;
  const os::Clock& clock;
  const rollout::Rollouts* rollouts =
      nullptr;                         ///< Whose candidates new data may void; null where there are none.
  pipeline::Runner* runner = nullptr;  ///< In whose stages files may be added; null where there is none.
};
/// /api/v1/data/…, but for profiles.
void MountData(http::Router& router, DataRooms rooms);
/// /api/v1/data/search, /api/v1/data/datasets/{name}/versions/{version}, …/aliases, …/seal,
/// /api/v1/data/verify, /api/v1/data/export.
void MountCatalogue(http::Router& router, DataRooms rooms);
/// /api/v1/data/split: of a version, kept and recorded.
void MountSplits(http::Router& router, DataRooms rooms);
/// /api/v1/data/split-file and /api/v1/data/leaks: of files alone. Touches no store.
void MountFileSplits(http::Router& router, std::string spill);

struct LineageRooms {
  sql::Database& database;
  const data::Catalogue& catalogue;
};
/// /api/v1/lineage: where a thing came from, or what came from it.
void MountLineage(http::Router& router, LineageRooms rooms);
/// /api/v1/data/profile, /api/v1/data/datasets/{name}/profile and the page /data/{name}/profile.
void MountProfile(http::Router& router, DataRooms rooms);

/// /api/v1/data/compare: two tables or profiles, as files or as versions of data sets. `catalogue` may be
/// null: then there are no data sets, only files.
void MountComparison(http::Router& router, const data::Catalogue* catalogue);

/// /api/v1/contracts/…: what is asked about contracts and files by themselves. Touches no store.
void MountContractTools(http::Router& router);
/// The same; and /api/v1/data/check, /api/v1/data/infer, /api/v1/data/datasets/{name}/contract.
void MountContracts(http::Router& router, DataRooms rooms);

struct FeasibilityRooms {
  charter::Feasibility& feasibility;
  data::Catalogue& catalogue;
  governance::Configurations& configurations;
};
/// /api/v1/feasibility
void MountFeasibility(http::Router& router, FeasibilityRooms rooms);

/// /api/v1/evaluations…: how good a version is on rows that somebody names. `assessments` may be null: then
/// there are no models and no data sets, only files with predictions.
void MountEvaluations(http::Router& router, assessment::Assessments* assessments);

/// /api/v1/pipeline/status alone: what is stale and why. Touches no store.
void MountPipelineStatus(http::Router& router, std::string data_dir);
/// /api/v1/pipeline/…
void MountPipeline(http::Router& router, pipeline::Runner& runner);

struct SweepRooms {
  sweep::Sweeps& sweeps;
  std::string data_dir;
};
/// /api/v1/sweeps… and /api/v1/trials…: searches over the parameters of a pipeline.
void MountSweeps(http::Router& router, SweepRooms rooms);

/// /api/v1/triggers…: what sets the pipeline off by itself; messages come in here.
void MountTriggers(http::Router& router, pipeline::Scheduler& scheduler);

/// /api/v1/models…: what is registered, for reading.
void MountModels(http::Router& router, const registry::Registry& registry);

/// POST /api/v1/models/{name}/versions/{version}/package: the version as a package, a zip.
void MountPackages(http::Router& router, package::Rooms rooms);
/// /api/v1/models/{name}/versions/{version}/files and …/scored-files: for who scores files elsewhere.
void MountFileScoring(http::Router& router, package::Rooms rooms);

struct RunRooms {
  tracking::Tracking& tracking;
  tracking::RunNames names;
};
/// /api/v1/experiments and /api/v1/runs…: what was tried and measured, for reading; marking and restoring.
void MountRuns(http::Router& router, RunRooms rooms);

struct DeletionRooms {
  registry::Deletion& deletion;
  governance::Holds& holds;
  tracking::Tracking& tracking;
  tracking::RunNames names;
};
/// /api/v1/deletions: what permanent deletion would take, and doing it; /api/v1/holds….
void MountDeletion(http::Router& router, DeletionRooms rooms);

struct GarbageRooms {
  sql::Database& database;
  const os::Clock& clock;
  tracking::Artifacts& artifacts;
};
/// /api/v1/artifacts/garbage: what nothing refers to; /api/v1/artifacts/garbage/collect: its removal.
void MountGarbage(http::Router& router, GarbageRooms rooms);

struct RolloutRooms {
  rollout::Rollouts& rollouts;
  governance::Decisions& decisions;
  serving::Service& service;
  pipeline::Runner* runner = nullptr;  ///< In whose stages a return may be asked for.
};
/// /api/v1/models/{name}/rollback, /api/v1/rollouts… (a version is considered where it may be converted
/// first)
void MountRollouts(http::Router& router, RolloutRooms rooms);

struct MovingRooms {
  moving::Target target;
  std::string data_dir;
  std::string artifacts;                            ///< The artifact folder, or "s3://…".
  std::string store_file;                           ///< Of a store on SQLite.
  std::span<const sql::RoomSchema* const> schemas;  ///< Of all rooms with tables in the store.
  /// "http://127.0.0.1:8080", where this program itself is reached; may be empty.
  std::function<Result<std::string>()> address = {};
};
/// /api/v1/imports: begins an import; /api/v1/imports/{id}?turn=: how far it is; /api/v1/exports;
/// /api/v1/backups.
void MountMoving(http::Router& router, MovingRooms rooms);

struct MonitoringRooms {
  monitoring::Monitoring& monitoring;
  /// Told of the alerts that a request to advance finds untold, as Monitoring::Advance says; may be empty.
  std::function<Result<>(const monitoring::Alert&)> on_alert;
};
/// /api/v1/labels, /api/v1/monitors…, /api/v1/alerts…
void MountMonitoring(http::Router& router, MonitoringRooms rooms);

struct ScorecardRooms {
  const metadata::Log& log;
  const os::Clock& clock;
  const governance::Configurations& configurations;
  const monitoring::Monitoring& monitoring;
  scorecard::Meters meters;
};
/// /api/v1/score, /api/v1/delivery, /api/v1/level, /api/v1/governance, /api/v1/risks, /api/v1/kpis,
/// /api/v1/overview.
void MountScorecard(http::Router& router, ScorecardRooms rooms);

struct ServingRooms {
  serving::Service& service;
  serving::PredictionLog& log;
  const otlp::Exporter& exporter;
  serving::Shipping& shipping;
  /// Lets `shipping` go where the accepted configuration says.
  std::function<Result<>()> follow;
};
/// /api/v1/serving: what answers, how much and how fast; what callers get when something fails (/plan), and
/// each that could answer asked a row (/drill); /api/v1/serving/log/….
void MountServing(http::Router& router, ServingRooms rooms);

}  // namespace cairn::api

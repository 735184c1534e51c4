#include "app/rooms.h"

#include <algorithm>
#include <array>

#include "app/wiring.h"
#include "ground/os/append_file.h"
#include "ground/os/files.h"
#include "ledger/governance/schema.h"
#include "ledger/metadata/schema.h"
#include "loop/assessment/schema.h"
#include "loop/charter/schema.h"
#include "loop/data/schema.h"
#include "loop/monitoring/schema.h"
#include "loop/moving/schema.h"
#include "loop/pipeline/schema.h"
#include "loop/registry/schema.h"
#include "loop/rollout/schema.h"
#include "loop/scorecard/regime.h"
#include "loop/serving/figures.h"
#include "loop/sweep/schema.h"
#include "loop/tracking/schema.h"

namespace cairn::app {
namespace {

constexpr std::string_view kSqlite = "sqlite:///";

const os::Clock& MachineClock() {
  static const os::SystemClock clock;
  return clock;
}

os::Disk& MachineDisk() {
  static os::SystemDisk disk;
  return disk;
}

data::Catalogue::Places PlacesFor(const Settings& settings) {
  return {.project = settings.project_dir,
          .cache = os::JoinPath(settings.project_dir, ".dvc/cache"),
          .scratch = os::JoinPath(settings.data_dir, "scratch"),
          .index = os::JoinPath(settings.data_dir, "stat-index")};
}

std::string TextOf(const Node* node) { return node && node->IsScalar() ? node->text() : ""; }

/// Training may start when the charter has the signatures that it asks for, unless the data set that the
/// accepted configuration trains on was judged no-go.
Result<> MayTrain(Rooms& rooms) {
  CAIRN_TRY(rooms.signatures.AllowTraining());
  const auto configuration = CAIRN_TRY(rooms.Governing());
  const std::string dataset = configuration ? TextOf(configuration->FindPath("model.dataset")) : "";
  return dataset.empty() ? Result<>() : rooms.feasibility.AllowTraining(dataset);
}

/// As the accepted configuration has it; "" when there is none.
Result<std::string> ProjectName(const Rooms& rooms) {
  const auto configuration = CAIRN_TRY(rooms.Governing());
  return configuration ? TextOf(configuration->Find("project")) : std::string();
}

/// The newest version of a data set, "flights@4"; "" when there is none.
Result<std::string> DataNow(const Rooms& rooms, const std::string& dataset) {
  if (dataset.empty()) return std::string();
  const auto newest = rooms.catalogue.Find(dataset);
  if (newest) return dataset + "@" + std::to_string(newest->version);
  return newest.error().reason == Reason::NotFound ? Result<std::string>("") : newest.error();
}

pipeline::Surroundings SurroundingsOf(Rooms& rooms) {
  pipeline::Surroundings surroundings;
  surroundings.data_dir = rooms.settings.data_dir;
  surroundings.tracking_address = [&rooms] { return rooms.address.Ask(); };
  surroundings.may_run = [&rooms] { return MayTrain(rooms); };
  surroundings.on_end = [&rooms](const pipeline::RunRecord& run) { return PipelineEnded(rooms, run); };
  surroundings.governing = [&rooms]() -> Result<pipeline::Governing> {
    const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
    if (!accepted) return pipeline::Governing();
    const Node root = CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"));
    return pipeline::Governing{accepted->digest, TextOf(root.Find("project")),
                               CAIRN_TRY(DataNow(rooms, TextOf(root.FindPath("model.dataset"))))};
  };
  return surroundings;
}

pipeline::Scheduler::Around SchedulerAround(Rooms& rooms) {
  return {rooms.settings.project_dir, rooms.settings.data_dir,
          [&rooms]() -> Result<pipeline::Scheduler::Configured> {
            const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
            return accepted ? pipeline::Scheduler::Configured{accepted->digest, accepted->text}
                            : pipeline::Scheduler::Configured();
          },
          [&rooms](const std::string& dataset) -> Result<std::int64_t> {
            const auto newest = rooms.catalogue.Find(dataset);
            if (newest) return newest->version;
            return newest.error().reason == Reason::NotFound ? Result<std::int64_t>(0) : newest.error();
          }};
}

/// What the regime demands before a version goes live.
Result<rollout::Rollouts::Rooms::Governance> GovernanceOf(const Rooms& rooms) {
  const auto configuration = CAIRN_TRY(rooms.Governing());
  rollout::Rollouts::Rooms::Governance governance;
  if (!configuration || configuration->Find("governance") == nullptr) return governance;
  const auto history = CAIRN_TRY(scorecard::History::Read(rooms.log));
  const auto profile = CAIRN_TRY(scorecard::ProfileOf(history, &*configuration, rooms.clock.Now()));
  governance.binding = std::any_of(profile.components.begin(), profile.components.end(),
                                   [](const scorecard::Component& one) { return one.binding; });
  governance.missing = profile.Binding();
  return governance;
}

}  // namespace

std::span<const sql::RoomSchema* const> Schemas() {
  static const std::array schemas = {&metadata::Schema(), &governance::Schema(), &charter::Schema(),
                                     &data::Schema(),     &tracking::Schema(),   &pipeline::Schema(),
                                     &registry::Schema(), &assessment::Schema(), &monitoring::Schema(),
                                     &rollout::Schema(),  &sweep::Schema(),      &moving::Schema()};
  return schemas;
}

Rooms::Rooms(const Settings& given, Opened opened)
    : settings(given),
      clock(MachineClock()),
      database(std::move(opened.database)),
      seal_key(std::move(opened.seal_key)),
      log(*database),
      sealer(*database, clock, seal_key, InData("heads.jsonl")),
      configurations(*database, clock),
      decisions(*database, clock),
      holds(*database, clock),
      feasibility(*database, clock),
      signatures(*database, clock),
      catalogue(*database, clock, PlacesFor(settings)),
      tracking(std::move(opened.tracking)),
      artifacts(std::move(opened.artifacts)),
      places(artifacts, settings.open_artifacts, InData("artifact-cache")),
      registry(*database, clock, artifacts, registry::GuardOfAccepted()),
      deletion(*database, clock, artifacts, registry::GuardOfAccepted()),
      webhooks(*database, clock,
               settings.webhooks_to_private_hosts ? registry::Webhooks::Hosts::Any
                                                  : registry::Webhooks::Hosts::PublicOnly),
      predictions(std::move(opened.predictions)),
      service(registry, *database, *predictions, clock),
      assessments({*database, clock, configurations, catalogue, registry, *tracking}),
      monitoring(*database, clock, *predictions, catalogue, registry),
      batches(*database, clock, registry, InData("batches")),
      rollouts({*database, clock, configurations, decisions, feasibility, catalogue, registry, service,
                [this] { return GovernanceOf(*this); },
                [this](const std::vector<std::string>& rows) { return monitoring.LabelledAmong(rows); }}),
      journal(clock, {}),
      runner(*database, clock, SurroundingsOf(*this)),
      scheduler(*database, clock, runner, SchedulerAround(*this)),
      sweeps(*database, clock, runner, *tracking, {settings.data_dir, [this] { return ProjectName(*this); }}),
      exporter(
          service.tracer(), [this] { return serving::FiguresOf(service); }, settings.version),
      shipping(*database, clock, MachineDisk(), InData("predictions"), InData("scratch/shipping")) {
  monitoring.OnLabels([this](const std::vector<monitoring::Label>& labels) {
    for (const auto& label : labels) service.ObserveLabel(label.prediction, label.value);
  });
}

Result<std::unique_ptr<Rooms>> Rooms::Build(const Settings& given) {
  Settings settings = given;
  for (const char* folder : {"", "spool", "logs", "scratch"})
    CAIRN_TRY(os::MakeFolders(os::JoinPath(settings.data_dir, folder)));
  settings.data_dir = CAIRN_TRY(os::RealPath(settings.data_dir));
  settings.project_dir = CAIRN_TRY(os::RealPath(settings.project_dir));
  const std::string url =
      settings.store.empty() ? std::string(kSqlite) + settings.data_dir + "/cairn.db" : settings.store;
  Opened opened{CAIRN_TRY(sql::Database::Open(url)),
                CAIRN_TRY(crypto::LoadOrCreateKey(settings.data_dir + "/seal.key")),
                CAIRN_TRY(tracking::Artifacts::Open(
                    settings.artifacts.empty() ? settings.data_dir + "/artifacts" : settings.artifacts,
                    settings.data_dir + "/artifact-cache")),
                nullptr, nullptr};
  CAIRN_TRY(opened.database->Migrate(Schemas()));
  opened.tracking = CAIRN_TRY(tracking::Tracking::Open(
      *opened.database, MachineClock(),
      settings.default_artifact_root.empty() ? "mlflow-artifacts:/" : settings.default_artifact_root,
      settings.refuses_long_values ? tracking::LongValues::Refused : tracking::LongValues::Cut));
  auto mask = CAIRN_TRY(serving::Mask::ByKeyIn(settings.data_dir + "/mask.key"));
  opened.predictions = CAIRN_TRY(serving::PredictionLog::Open(
      *opened.database, MachineClock(), MachineDisk(), settings.data_dir + "/predictions", std::move(mask)));
  return std::make_unique<Rooms>(settings, std::move(opened));
}

Result<std::optional<Node>> Rooms::Governing() const {
  const auto accepted = CAIRN_TRY(configurations.Accepted());
  if (!accepted) return std::optional<Node>();
  return std::optional<Node>(CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml")));
}

std::string Rooms::StoreFile() const {
  if (settings.store.empty()) return InData("cairn.db");
  return settings.store.starts_with(kSqlite) ? settings.store.substr(kSqlite.size()) : "";
}

std::string Rooms::InData(std::string_view name) const { return os::JoinPath(settings.data_dir, name); }

}  // namespace cairn::app

#include "cli/site.h"

#include "app/reporting.h"
#include "app/rooms.h"
#include "app/wiring.h"
#include "ledger/metadata/lineage.h"
#include "loop/ci/settings.h"
#include "loop/data/aliases.h"
#include "loop/data/specification.h"
#include "loop/documents/form.h"
#include "loop/monitoring/monitoring.h"
#include "loop/offering/visibility.h"
#include "loop/pipeline/stage_settings.h"
#include "loop/pipeline/triggers.h"
#include "loop/rollout/figure.h"
#include "loop/rollout/rollout.h"
#include "loop/scorecard/canvas.h"
#include "loop/scorecard/oversight.h"
#include "loop/scorecard/settings.h"
#include "loop/serving/service.h"
#include "server/cairn/batches.h"
#include "server/cairn/configuration.h"
#include "server/cairn/conversions.h"
#include "server/cairn/data_call.h"
#include "server/cairn/documents.h"
#include "server/cairn/evidence.h"
#include "server/cairn/mount.h"
#include "server/cairn/offers.h"
#include "server/cairn/outdated.h"
#include "server/cairn/permissions.h"
#include "server/cairn/proofs.h"
#include "server/cairn/usecases.h"
#include "server/cairn/version.h"
#include "server/inference/mount.h"
#include "server/mlflow/mount.h"
#include "server/web/web.h"

namespace cairn::cli {
namespace {

/// A reader of one section, as a check of it.
template <class Read>
api::SectionCheck CheckBy(Read read) {
  return [read](const Node& node) -> Result<> {
    CAIRN_TRY(read(node));
    return Done{};
  };
}

/// Every section of cairn.yaml has one reader; a configuration is accepted only when all can read it.
std::vector<api::SectionCheck> SectionChecks() {
  return {CheckBy(data::ParseSpecifications),
          CheckBy(rollout::ParseGates),
          CheckBy(serving::ParseSettings),
          CheckBy(monitoring::ParseMonitors),
          CheckBy(pipeline::ParsePipeline),
          CheckBy(pipeline::ParseTriggers),
          CheckBy(ci::ParseCi),
          CheckBy(scorecard::ParseScorecard),
          CheckBy(scorecard::ParseOversight),
          CheckBy(offering::Visibility::Read),
          CheckBy(app::ReportingIn),
          scorecard::CheckCanvas,
          documents::CheckAnswers};
}

/// Where the figures of KPIs are read.
scorecard::Meters MetersOf(app::Rooms& rooms) {
  scorecard::Meters meters;
  meters.quality = [&rooms](std::string_view metric) { return rooms.monitoring.Quality(metric); };
  meters.evaluation = [&rooms](std::string_view metric) {
    return rollout::SealedFigure(rooms.rollouts, rooms.registry, rooms.service.settings().model, metric);
  };
  meters.latency_p99_ms = [&rooms]() -> std::optional<double> {
    const auto state = rooms.service.state();
    return state.requests > 0 ? std::optional<double>(state.p99_ms) : std::nullopt;
  };
  meters.fallback_share = [&rooms]() -> std::optional<double> {
    const auto state = rooms.service.state();
    return state.requests > 0 ? std::optional<double>(static_cast<double>(state.fallbacks) /
                                                      static_cast<double>(state.requests))
                              : std::nullopt;
  };
  return meters;
}

/// Whether the file whose check is on record passes its contract again; none under another contract.
Result<std::optional<bool>> CheckedAgain(app::Rooms& rooms, const scorecard::Moment& checked) {
  const Json& body = checked.event.body;
  const auto specification = CAIRN_TRY(api::SpecificationOf(rooms.configurations, body.Text("dataset")));
  const auto version = CAIRN_TRY(rooms.catalogue.Find(body.Text("dataset"), body.Int("version")));
  for (const auto& file : version.files) {
    if (file.sha256 != body.Text("digest")) continue;
    const auto path = rooms.catalogue.objects().PathOf(file.md5);
    if (specification.contract_digest != body.Text("contract")) return std::optional<bool>();
    return std::optional(CAIRN_TRY(rooms.catalogue.CheckFile(specification, path, checked.at)).passed);
  }
  return Error{Reason::NotFound, "the file that was checked is in no version any more"};
}

/// What evidence and documents are read from.
evidence::Rooms EvidenceOf(app::Rooms& rooms) {
  return {*rooms.database,      rooms.clock,     rooms.log,      rooms.sealer,
          rooms.configurations, rooms.decisions, rooms.registry, rooms.catalogue,
          *rooms.tracking,      rooms.runner,    rooms.rollouts, "cairn==" + std::string(api::kVersion)};
}

void MountOwn(http::Router& router, app::App& app) {
  app::Rooms& rooms = app.rooms();
  api::MountVersion(router);
  api::MountConfiguration(router, {rooms.configurations, SectionChecks(),
                                   [&app] {
                                     if (app.RunsLoops()) app.FollowConfiguration();
                                   },
                                   &rooms.rollouts, &rooms.signatures});
  api::MountData(router,
                 {rooms.catalogue, rooms.configurations, rooms.clock, &rooms.rollouts, &rooms.runner});
  api::MountCatalogue(router, {rooms.catalogue, rooms.configurations, rooms.clock});
  api::MountSplits(router, {rooms.catalogue, rooms.configurations, rooms.clock});
  api::MountFileSplits(router, rooms.InData("scratch"));
  api::MountLineage(router, {*rooms.database, rooms.catalogue});
  api::MountContracts(router, {rooms.catalogue, rooms.configurations, rooms.clock, &rooms.rollouts});
  api::MountComparison(router, &rooms.catalogue);
  api::MountProfile(router, {rooms.catalogue, rooms.configurations, rooms.clock});
  api::MountFeasibility(router, {rooms.feasibility, rooms.catalogue, rooms.configurations});
  api::MountEvaluations(router, &rooms.assessments);
  api::MountPipeline(router, rooms.runner);
  api::MountSweeps(router, {rooms.sweeps, rooms.settings.data_dir});
  api::MountTriggers(router, rooms.scheduler);
  api::MountModels(router, rooms.registry);
  api::MountOffers(router, {*rooms.database, rooms.clock, rooms.configurations, rooms.registry,
                            rooms.artifacts, rooms.service, [&rooms] { return rooms.address.Ask(); }});
  const api::RolloutRooms rollouts{rooms.rollouts, rooms.decisions, rooms.service, &rooms.runner};
  api::MountPackages(router,
                     {*rooms.database, rooms.clock, rooms.configurations, rooms.catalogue, rooms.registry});
  api::MountConversions(router,
                        {*rooms.database, rooms.clock, rooms.configurations, rooms.catalogue, *rooms.tracking,
                         rooms.places, rooms.registry},
                        rollouts);
  const evidence::Rooms records = EvidenceOf(rooms);
  api::MountEvidence(router, {records, rooms.seal_key, rooms.InData("model.key")});
  api::MountDocuments(router, records);
  api::MountFileScoring(
      router, {*rooms.database, rooms.clock, rooms.configurations, rooms.catalogue, rooms.registry});
  api::MountBatches(router, {rooms.batches, rooms.configurations, rooms.registry, rooms.catalogue});
  api::MountRuns(router, {*rooms.tracking, tracking::RunNames(*rooms.database)});
  api::MountDeletion(router,
                     {rooms.deletion, rooms.holds, *rooms.tracking, tracking::RunNames(*rooms.database)});
  api::MountGarbage(router, {*rooms.database, rooms.clock, rooms.artifacts});
  api::MountRollouts(router, rollouts);
  api::MountUseCases(router, {rooms.configurations, *rooms.database, rooms.clock});
  api::MountPermissions(router, {*rooms.database, rooms.clock, rollouts});
  api::MountServing(router, {rooms.service, *rooms.predictions, rooms.exporter, rooms.shipping,
                             [&rooms] { return app::FollowShipping(rooms); }});
  api::MountMonitoring(router, {rooms.monitoring, [&rooms](const monitoring::Alert& alert) {
                                  return app::AlertRaised(rooms, alert);
                                }});
  api::MountMoving(router,
                   {{*rooms.database, rooms.clock, *rooms.tracking, rooms.artifacts, rooms.registry,
                     rooms.InData("scratch/moving")},
                    rooms.settings.data_dir,
                    rooms.settings.artifacts.empty() ? rooms.InData("artifacts") : rooms.settings.artifacts,
                    rooms.StoreFile(),
                    app::Schemas(),
                    [&rooms] { return rooms.address.Ask(); }});
  api::MountScorecard(router,
                      {rooms.log, rooms.clock, rooms.configurations, rooms.monitoring, MetersOf(rooms)});
  api::MountProofs(router,
                   {rooms.log, rooms.clock, rooms.configurations, *rooms.database, rooms.decisions,
                    [&rooms](const scorecard::Moment& checked) { return CheckedAgain(rooms, checked); }});
  api::MountDoctor(router, {*rooms.database, rooms.clock, rooms.log, rooms.configurations, rooms.registry,
                            rooms.service, rooms.runner, rooms.settings.project_dir});
  api::MountOutdated(router,
                     {rooms.configurations, rooms.decisions, rooms.log, rooms.signatures, rooms.catalogue,
                      *rooms.tracking, rooms.runner, rooms.registry, rooms.monitoring, rooms.rollouts});
  api::MountAudit(router, {*rooms.database,
                           rooms.configurations,
                           rooms.log,
                           rooms.sealer,
                           rooms.clock,
                           rooms.InData("heads.jsonl"),
                           rooms.seal_key.PublicKey(),
                           {rooms.registry.AliasTable(), data::AliasTable(*rooms.database),
                            metadata::LineageTable(*rooms.database), rooms.rollouts.Table(),
                            rooms.monitoring.AlertTable(), rooms.monitoring.WindowTable()}});
}

}  // namespace

Result<std::unique_ptr<Site>> Site::Open(const app::Settings& settings) {
  auto site = std::make_unique<Site>();
  site->app = CAIRN_TRY(app::App::Open(settings));
  app::Rooms& rooms = site->app->rooms();
  MountOwn(site->router, *site->app);
  mlflow::MountMlflow(site->router,
                      {*rooms.tracking, rooms.artifacts, rooms.places, rooms.registry, *rooms.database});
  mlflow::MountWebhooks(site->router, rooms.webhooks);
  inference::MountInference(site->router, rooms.service, api::kVersion);
  web::MountWeb(site->router);
  return site;
}

}  // namespace cairn::cli

#include "cli/site.h"

#include "app/rooms.h"
#include "loop/data/specification.h"
#include "server/cairn/configuration.h"
#include "server/cairn/mount.h"
#include "server/mlflow/mount.h"

namespace cairn::cli {
namespace {

/// Every section of cairn.yaml has one reader; a configuration is accepted only when all can read it.
std::vector<api::SectionCheck> SectionChecks() {
  return {
      [](const Node& node) -> Result<> {
        CAIRN_TRY(data::ParseSpecifications(node));
        return Done{};
      },
  };
}

}  // namespace

Result<std::unique_ptr<Site>> Site::Open(const app::Settings& settings) {
  auto site = std::make_unique<Site>();
  site->app = CAIRN_TRY(app::App::Open(settings));
  app::Rooms& rooms = site->app->rooms();
  http::Router& router = site->router;
  api::MountVersion(router);
  api::MountConfiguration(router, {rooms.configurations, SectionChecks()});
  api::MountAudit(router, {rooms.log, rooms.sealer, rooms.clock, rooms.InData("heads.jsonl"), rooms.seal_key.PublicKey(), {}});
  api::MountData(router, {rooms.catalogue, rooms.configurations, rooms.clock});
  api::MountPipeline(router, rooms.runner);
  mlflow::MountMlflow(router, {*rooms.tracking, rooms.artifacts, rooms.registry});
  return site;
}

}  // namespace cairn::cli

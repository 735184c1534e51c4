#include "ground/vocabulary/text.h"
#include "loop/moving/backup.h"
#include "loop/moving/export.h"
#include "loop/moving/imports.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

constexpr std::int64_t kPatienceMs = 1000;

Result<Json> Begin(moving::Imports& imports, const Call& call) {
  moving::ImportRequest request;
  request.where = CAIRN_TRY(RequiredText(call.body, "source"));
  request.artifact_root = call.body.Text("artifact_root");
  request.leave_artifacts = call.body.Bool("leave_artifacts");
  request.into = call.body.Bool("into");
  request.actor = call.Actor();
  return Json{{"id", CAIRN_TRY(imports.Begin(std::move(request)))}};
}

}  // namespace

void MountMoving(http::Router& router, MovingRooms given) {
  const auto rooms = std::make_shared<MovingRooms>(std::move(given));
  const auto imports = std::make_shared<moving::Imports>(rooms->target);
  router.Post("/api/v1/imports", Answer([imports](const Call& call) { return Begin(*imports, call); }));
  router.Get("/api/v1/imports/{id}", Answer([imports](const Call& call) -> Result<Json> {
               const auto turn = ParseInt(call.Query("turn").empty() ? "0" : call.Query("turn"));
               if (!turn) return Error{Reason::InvalidArgument, "'turn' must be a whole number"};
               return imports->Look(call.Path("id"), *turn, kPatienceMs);
             }));
  router.Post("/api/v1/exports", Answer([rooms](const Call& call) -> Result<Json> {
                Json report = CAIRN_TRY(
                    moving::ExportMlflow(rooms->target, CAIRN_TRY(RequiredText(call.body, "target"))));
                return report.Set("artifacts", rooms->artifacts);
              }));
  router.Post("/api/v1/backups", Answer([rooms](const Call& call) -> Result<Json> {
                return moving::BackUp(rooms->target.database, {rooms->data_dir, rooms->artifacts,
                                                               CAIRN_TRY(RequiredText(call.body, "folder")),
                                                               rooms->target.clock.Now()});
              }));
}

}  // namespace cairn::api

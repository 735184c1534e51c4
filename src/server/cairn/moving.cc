#include <mutex>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/moving/backup.h"
#include "loop/moving/export.h"
#include "loop/moving/imports.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

constexpr std::int64_t kPatienceMs = 1000;

/// "127.0.0.1:8080" out of a URL that leads to this machine, "" otherwise.
std::string PlaceHere(std::string_view url) {
  constexpr std::string_view kHttp = "http://";
  if (!url.starts_with(kHttp)) return "";
  url.remove_prefix(kHttp.size());
  std::string place = LowerAscii(url.substr(0, url.find_first_of("/?#")));
  place.erase(0, place.rfind('@') + 1);
  for (const std::string_view name : {"localhost:", "[::1]:", "0.0.0.0:"}) {
    if (place.starts_with(name)) return "127.0.0.1:" + place.substr(name.size());
  }
  return place.starts_with("127.") ? place : "";
}

/// Whether an import would read what it writes.
bool IsOwn(const MovingRooms& rooms, const std::string& where) {
  constexpr std::string_view kCairn = "cairn:";
  if (where.starts_with(kCairn)) {
    const auto theirs = os::RealPath(where.substr(kCairn.size())), ours = os::RealPath(rooms.data_dir);
    return theirs && ours && *theirs == *ours;
  }
  const std::string place = PlaceHere(where);
  if (place.empty() || !rooms.address) return false;
  const auto own = rooms.address();
  return own && PlaceHere(*own) == place;
}

Result<Json> Begin(const MovingRooms& rooms, moving::Imports& imports, const Call& call) {
  moving::ImportRequest request;
  request.where = CAIRN_TRY(RequiredText(call.body, "source"));
  if (IsOwn(rooms, request.where))
    return Error{Reason::InvalidArgument,
                 "'" + moving::NameOfSource(request.where) +
                     "' is this Cairn itself: name the other place that records are to come from."};
  request.artifact_root = call.body.Text("artifact_root");
  request.leave_artifacts = call.body.Bool("leave_artifacts");
  request.into = call.body.Bool("into");
  request.actor = call.Actor();
  return Json{{"id", CAIRN_TRY(imports.Begin(std::move(request)))}};
}

/// A second moment of the artifacts would end the first.
Result<Json> BackUp(const MovingRooms& rooms, std::mutex& turn, const Call& call) {
  const std::string folder = CAIRN_TRY(RequiredText(call.body, "folder"));
  const std::unique_lock lock(turn, std::try_to_lock);
  if (!lock) return Error{Reason::Conflict, "Another backup is being taken; try again when it has ended."};
  return moving::BackUp(rooms.target.database, {rooms.data_dir, rooms.store_file, rooms.target.artifacts,
                                                rooms.schemas, folder, rooms.target.clock.Now()});
}

}  // namespace

void MountMoving(http::Router& router, MovingRooms given) {
  const auto rooms = std::make_shared<MovingRooms>(std::move(given));
  const auto imports = std::make_shared<moving::Imports>(rooms->target);
  router.Post("/api/v1/imports",
              Answer([rooms, imports](const Call& call) { return Begin(*rooms, *imports, call); }));
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
  const auto turn = std::make_shared<std::mutex>();
  router.Post("/api/v1/backups",
              Answer([rooms, turn](const Call& call) { return BackUp(*rooms, *turn, call); }));
}

}  // namespace cairn::api

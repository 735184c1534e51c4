#include "ground/vocabulary/text.h"
#include "loop/package/version_files.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

http::Response SendFiles(const package::Rooms& rooms, const Call& call) {
  const auto zipped = [&]() -> Result<std::string> {
    const std::int64_t version = CAIRN_TRY(ParseInt(call.Path("version")));
    return package::ToZip(CAIRN_TRY(package::VersionFiles(rooms, call.Path("name"), version)));
  }();
  return zipped ? http::Response::Text(200, *zipped, "application/zip") : Reply(zipped.error());
}

Result<Json> Record(const package::Rooms& rooms, const Call& call) {
  package::ScoredFile scored{call.Path("name"),
                             CAIRN_TRY(ParseInt(call.Path("version"))),
                             call.Actor(),
                             {},
                             call.body.Text("output"),
                             call.body.Int("rows")};
  for (const Json& input : call.body.At("inputs").items())
    if (input.IsString()) scored.inputs.push_back(input.AsString());
  return Json{{"event", CAIRN_TRY(package::RecordScoring(rooms, scored))}};
}

}  // namespace

void MountFileScoring(http::Router& router, package::Rooms rooms) {
  router.Get(
      "/api/v1/models/{name}/versions/{version}/files",
      [rooms](const http::Request& request) {
        return SendFiles(rooms, Call{request, Json::Object()});
      },
      http::Lane::Bytes);
  router.Post("/api/v1/models/{name}/versions/{version}/scored-files",
              Answer([rooms](const Call& call) { return Record(rooms, call); }));
}

}  // namespace cairn::api

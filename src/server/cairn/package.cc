#include "ground/vocabulary/text.h"
#include "loop/package/files.h"
#include "loop/package/packing.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"
#include "server/cairn/version.h"

namespace cairn::api {
namespace {

/// The package as a zip; its digest in a header.
http::Response Pack(const package::Rooms& rooms, const Call& call) {
  const auto packed = [&]() -> Result<http::Response> {
    const package::Wanted wanted{call.Path("name"), CAIRN_TRY(ParseInt(call.Path("version"))), call.Actor(),
                                 "cairn==" + std::string(kVersion)};
    const auto files = CAIRN_TRY(package::Pack(rooms, wanted));
    auto response = http::Response::Text(200, CAIRN_TRY(package::ToZip(files)), "application/zip");
    response.headers.Add("X-Cairn-Package", package::DigestOf(files));
    return response;
  }();
  return packed ? *packed : Reply(packed.error());
}

}  // namespace

void MountPackages(http::Router& router, package::Rooms rooms) {
  router.Post(
      "/api/v1/models/{name}/versions/{version}/package",
      [rooms](const http::Request& request) {
        return Pack(rooms, Call{request, Json::Object()});
      },
      http::Lane::Bytes);
}

}  // namespace cairn::api

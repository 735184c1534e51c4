#include "server/cairn/version.h"

#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {

void MountVersion(http::Router& router) {
  router.Get("/api/v1/version", Answer([](const Call&) -> Result<Json> {
               return Json{{"name", "cairn"}, {"version", kVersion}, {"mlflow_compatible", kMlflowVersion}};
             }),
             http::Lane::Inline);
}

}  // namespace cairn::api

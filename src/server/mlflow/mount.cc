#include "server/mlflow/mount.h"

#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

http::Response NoSuchCall(const http::Request& request) {
  return http::Response::Json(
      404, Json{{"error_code", "ENDPOINT_NOT_FOUND"},
                {"message", "This server has no call " + request.method + " " + request.path + "."}}
               .Dump());
}

}  // namespace

void MountMlflow(http::Router& router, Rooms rooms) {
  MountEndpoints(router, ExperimentEndpoints(rooms.tracking));
  MountEndpoints(router, RunEndpoints(rooms.tracking, rooms.artifacts));
  MountEndpoints(router, MetricEndpoints(rooms.tracking));
  MountEndpoints(router, LoggedModelEndpoints(rooms.tracking, rooms.artifacts));
  MountEndpoints(router, RegisteredModelEndpoints(rooms.registry));
  MountEndpoints(router, ModelVersionEndpoints(rooms.registry));
  MountEndpoints(router, ServerInfoEndpoints());
  MountArtifacts(router, rooms);
  MountVersionFiles(router, rooms);
  MountProbes(router);
  for (const char* prefix : {"/api/2.0", "/api/3.0", "/ajax-api"}) router.Fallback(prefix, NoSuchCall);
}

}  // namespace cairn::mlflow

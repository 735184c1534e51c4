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
  Endpoints asked_by_graphql;
  for (const auto& endpoints :
       {ExperimentEndpoints(rooms.tracking), RunEndpoints(rooms.tracking, rooms.artifacts),
        MetricEndpoints(rooms.tracking), ModelVersionEndpoints(rooms.registry)}) {
    MountEndpoints(router, endpoints);
    asked_by_graphql.insert(asked_by_graphql.end(), endpoints.begin(), endpoints.end());
  }
  MountEndpoints(router, LoggedModelEndpoints(rooms.tracking, rooms.artifacts));
  MountEndpoints(router, RegisteredModelEndpoints(rooms.registry));
  MountEndpoints(router, ServerInfoEndpoints());
  MountEndpoints(router, TraceEndpoints());
  MountEndpoints(router, PageEndpoints());
  MountEndpoints(router, SignedAddressEndpoints());
  MountGraphql(router, asked_by_graphql);
  MountArtifacts(router, rooms);
  MountPartUploads(router, rooms);
  MountVersionFiles(router, rooms);
  MountProbes(router);
  for (const char* prefix : {"/api/2.0", "/api/3.0", "/ajax-api", "/mlflow/ajax-api"})
    router.Fallback(prefix, NoSuchCall);
}

}  // namespace cairn::mlflow

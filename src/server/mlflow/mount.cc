#include "server/mlflow/mount.h"

#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

http::Response Refused(int status, const char* code, std::string_view why) {
  return http::Response::Json(status, Json{{"error_code", code}, {"message", why}}.Dump());
}

http::Response NoSuchCall(const http::Request& request) {
  return Refused(404, "ENDPOINT_NOT_FOUND",
                 "This server has no call " + request.method + " " + request.path + ".");
}

/// As MLflow's server puts it: a Host or an Origin that may not be is answered with plain words.
http::Response Unheard(int status, std::string_view why) {
  switch (status) {
    case 403:
      return http::Response::Text(403, std::string(why));
    case 500:
      return Refused(status, "INTERNAL_ERROR", why);
    case 501:
      return Refused(status, "NOT_IMPLEMENTED", why);
    case 503:
      return Refused(status, "TEMPORARILY_UNAVAILABLE", why);
    case 507:
      return Refused(status, "RESOURCE_EXHAUSTED", why);
    default:
      return Refused(status, "INVALID_PARAMETER_VALUE", why);
  }
}

}  // namespace

std::span<const std::string> Prefixes() {
  static const std::vector<std::string> prefixes = [] {
    std::vector<std::string> all;
    for (const std::string path : {"/api/2.0", "/api/3.0", "/ajax-api", "/graphql", "/get-artifact",
                                   "/model-versions", "/v1/traces", "/gateway", "/signup"})
      all.insert(all.end(), {path, "/mlflow" + path});
    return all;
  }();
  return prefixes;
}

void MountMlflow(http::Router& router, Rooms rooms) {
  constexpr std::size_t kMostKept = 8 << 20;
  const auto kept = std::make_shared<KeptAnswers>(kMostKept);
  Endpoints asked_by_graphql;
  for (const auto& endpoints :
       {ExperimentEndpoints(rooms.tracking), RunEndpoints(rooms.tracking, rooms.places),
        MetricEndpoints(rooms.tracking), ModelVersionEndpoints(rooms.registry, rooms.tracking.experiments)}) {
    MountEndpoints(router, endpoints, rooms.database, kept);
    asked_by_graphql.insert(asked_by_graphql.end(), endpoints.begin(), endpoints.end());
  }
  MountEndpoints(router, LoggingEndpoints(rooms.tracking, rooms.database));
  MountEndpoints(router, LoggedModelEndpoints(rooms.tracking, rooms.places));
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
  MountTraces(router);
  // Older clients begin a trace so, and stop asking when there is no such call. The address exists for GET.
  for (const char* path : {"/api/2.0/mlflow/traces", "/ajax-api/2.0/mlflow/traces"})
    router.Add({"POST", path, NoSuchCall, http::Lane::Inline});
  for (const auto& prefix : Prefixes()) {
    router.Fallback(prefix, NoSuchCall);
    router.Refusals(prefix, Unheard);
  }
}

}  // namespace cairn::mlflow

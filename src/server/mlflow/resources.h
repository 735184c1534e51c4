#pragma once

#include "server/mlflow/endpoint.h"
#include "server/mlflow/mount.h"

/// One table of endpoints per resource; what is no protobuf message (bodies of files) is mounted on its own.
namespace cairn::mlflow {

Endpoints ExperimentEndpoints(tracking::Tracking& tracking);
Endpoints RunEndpoints(tracking::Tracking& tracking, const tracking::Artifacts& artifacts);
Endpoints MetricEndpoints(tracking::Tracking& tracking);
Endpoints LoggedModelEndpoints(tracking::Tracking& tracking, const tracking::Artifacts& artifacts);
Endpoints RegisteredModelEndpoints(registry::Registry& registry);
Endpoints ModelVersionEndpoints(registry::Registry& registry);
Endpoints ServerInfoEndpoints();

/// The proxy /api/2.0/mlflow-artifacts and /get-artifact.
void MountArtifacts(http::Router& router, Rooms rooms);
/// /model-versions/get-artifact.
void MountVersionFiles(http::Router& router, Rooms rooms);
/// /health and /version.
void MountProbes(http::Router& router);

/// artifacts/list and its like: root_uri, and the files with paths relative to it.
Result<Json> ListArtifacts(const tracking::Artifacts& artifacts, const std::string& root_uri,
                           const std::string& path);

}  // namespace cairn::mlflow

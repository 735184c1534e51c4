#pragma once

#include "server/mlflow/endpoint.h"
#include "server/mlflow/mount.h"

/// One table of endpoints per resource; what is no protobuf message (bodies of files) is mounted on its own.
namespace cairn::mlflow {

Endpoints ExperimentEndpoints(tracking::Tracking& tracking);
Endpoints RunEndpoints(tracking::Tracking& tracking, tracking::ArtifactPlaces& places);
/// What a training loop calls: runs are created, and parameters, tags and metrics logged. These answer from
/// where the write was done, so that no thread waits for the disk.
Endpoints LoggingEndpoints(tracking::Tracking& tracking, const sql::Database& database);
Endpoints MetricEndpoints(tracking::Tracking& tracking);
Endpoints LoggedModelEndpoints(tracking::Tracking& tracking, tracking::ArtifactPlaces& places);
Endpoints RegisteredModelEndpoints(registry::Registry& registry);
/// `experiments`: for where this server lets clients keep artifacts.
Endpoints ModelVersionEndpoints(registry::Registry& registry, const tracking::Experiments& experiments);
Endpoints ServerInfoEndpoints();
/// Traces and evaluation data sets are not kept here: a search finds none, and other calls about them are no
/// calls of this server. A client that traces by itself, as autologging does, must not fail or wait for that:
/// what it sends is taken and not kept.
Endpoints TraceEndpoints();
/// /v1/traces, where clients send single spans until they are told to stop.
void MountTraces(http::Router& router);
/// What MLflow's page asks about parts of MLflow that are not here.
Endpoints PageEndpoints();
Endpoints SignedAddressEndpoints();

/// The proxy /api/2.0/mlflow-artifacts, /get-artifact, and what pages fetch and send.
void MountArtifacts(http::Router& router, Rooms rooms);
/// /model-versions/get-artifact.
void MountVersionFiles(http::Router& router, Rooms rooms);
/// mlflow-artifacts/mpu, and presigned, which is refused as not implemented.
void MountPartUploads(http::Router& router, Rooms rooms);
/// /graphql, over those of the endpoints that its root fields name.
void MountGraphql(http::Router& router, const Endpoints& endpoints);
/// /health and /version.
void MountProbes(http::Router& router);

/// Files of a bound model's versions are what was approved: Denied for a path among them.
Result<> AllowChange(const registry::Registry& registry, std::string_view path);
/// artifacts/list and its like: root_uri, and the files with paths relative to it.
Result<Json> ListArtifacts(tracking::ArtifactPlaces& places, const std::string& root_uri,
                           const std::string& path);
/// A file of a record, named by the record's URI and a path below it.
Result<tracking::Artifacts::File> FileBelow(tracking::ArtifactPlaces& places, const std::string& root_uri,
                                            const std::string& path);

}  // namespace cairn::mlflow

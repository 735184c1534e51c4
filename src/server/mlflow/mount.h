#pragma once

#include <span>
#include <string>

#include "ground/http/router.h"
#include "ground/sql/database.h"
#include "loop/registry/registry.h"
#include "loop/registry/webhooks.h"
#include "loop/tracking/artifact_places.h"
#include "loop/tracking/tracking.h"

namespace cairn::mlflow {

/// The rooms behind the dialect; they must outlive the router.
struct Rooms {
  tracking::Tracking& tracking;
  tracking::Artifacts& artifacts;
  tracking::ArtifactPlaces& places;
  registry::Registry& registry;
  const sql::Database& database;  ///< The store of all of them.
};

/// Adds MLflow's REST calls, /graphql, /health and /version among them, and its form of "no such call" and of
/// what the server refuses by itself for everything else below Prefixes(). What pages ask for is below
/// /mlflow too.
void MountMlflow(http::Router& router, Rooms rooms);

/// How the paths of MLflow's calls begin.
std::span<const std::string> Prefixes();

/// Adds MLflow's own page at /mlflow/, out of `folder` (mlflow/server/js/build of an installed package;
/// NotFound when it has no index.html), or for "" out of the package of the python3 on the path, looked for
/// when the page is first asked for. Without one the address says how to get it.
Result<> MountMlflowPage(http::Router& router, const std::string& folder);

/// MLflow's calls about webhooks.
void MountWebhooks(http::Router& router, registry::Webhooks& webhooks);

/// The MLflow release whose behaviour this door has; clients parse it.
inline constexpr const char* kMlflowVersion = "3.17.2";

}  // namespace cairn::mlflow

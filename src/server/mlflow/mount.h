#pragma once

#include "ground/http/router.h"
#include "loop/registry/registry.h"
#include "loop/tracking/artifacts.h"
#include "loop/tracking/tracking.h"

namespace cairn::mlflow {

/// The rooms behind the dialect; they must outlive the router.
struct Rooms {
  tracking::Tracking& tracking;
  tracking::Artifacts& artifacts;
  registry::Registry& registry;
};

/// Adds MLflow's REST calls, /health and /version among them, and its form of "no such call" for everything
/// else below /api/2.0, /api/3.0 and /ajax-api.
void MountMlflow(http::Router& router, Rooms rooms);

/// The MLflow release whose behaviour this door has; clients parse it.
inline constexpr const char* kMlflowVersion = "3.17.2";

}  // namespace cairn::mlflow

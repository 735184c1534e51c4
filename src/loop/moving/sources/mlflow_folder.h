#pragma once

#include <memory>
#include <string>

#include "loop/moving/source.h"

namespace cairn::moving {

/// An mlruns folder as MLflow's file store keeps it: <experiment>/<run>/{meta.yaml, metrics, params, tags,
/// inputs, outputs}, <experiment>/models/<id>, .trash/<experiment>, models/<name>/version-<n>. NotFound when
/// there is no experiment in it.
Result<std::unique_ptr<Source>> OpenMlflowFolder(const std::string& folder, const std::string& artifact_root);

}  // namespace cairn::moving

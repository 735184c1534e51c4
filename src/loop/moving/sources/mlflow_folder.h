#pragma once

#include <memory>
#include <string>

#include "loop/moving/source.h"

namespace cairn::moving {

/// An mlruns folder as MLflow's file store keeps it: <experiment>/<run>/{meta.yaml, metrics, params, tags,
/// inputs, outputs}, <experiment>/models/<id>, .trash/<experiment>, models/<name>/version-<n>. NotFound when
/// there is no experiment in it. Of `origin` only where artifacts may be counts.
Result<std::unique_ptr<Source>> OpenMlflowFolder(const std::string& folder, const Origin& origin);

}  // namespace cairn::moving

#pragma once

#include "ground/http/router.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// The model repository extension of the Open Inference Protocol under /v2/repository. What it can do is
/// bounded by decisions (docs/decisions/0038-loading-follows-decisions.md):
/// - index lists every version of the bound model; READY are those in memory that may answer.
/// - load takes up what the production alias names now. With a version policy that names versions
///   ({"version_policy": {"specific": {"versions": [3]}}} as parameters.config) it loads those, for callers
///   who ask for them by number; 403 for one that no decision lets answer. Files in the request: 403.
/// - unload gives back the memory of such versions; 403 while a version is in production or on trial.
void MountRepository(http::Router& router, serving::Service& service);

}  // namespace cairn::inference

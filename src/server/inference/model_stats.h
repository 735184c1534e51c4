#pragma once

#include "ground/http/router.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// The statistics extension: GET /v2/models/stats, /v2/models/{model}[/versions/{version}]/stats, since the
/// start. Version 0 is the heuristic. There is no queue and no response cache: their sums stay 0. GET
/// /metrics: the same and more for Prometheus.
void MountStatistics(http::Router& router, serving::Service& service);

}  // namespace cairn::inference

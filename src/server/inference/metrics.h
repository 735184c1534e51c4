#pragma once

#include "ground/http/router.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// GET /metrics: what the service counts, in Prometheus's text format.
void MountMetrics(http::Router& router, serving::Service& service);

}  // namespace cairn::inference

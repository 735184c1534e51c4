#pragma once

#include "ground/http/router.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// POST /invocations and GET /ping, as MLflow's scoring server has them.
void MountScoring(http::Router& router, serving::Service& service);

}  // namespace cairn::inference

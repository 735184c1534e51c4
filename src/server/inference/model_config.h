#pragma once

#include "ground/http/router.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// The model configuration extension: GET /v2/models/{model}[/versions/{version}]/config, in the names of the
/// protocol's usual server. Dimensions are whole, the one of the batch with them: max_batch_size is 0.
void MountConfig(http::Router& router, serving::Service& service);

}  // namespace cairn::inference

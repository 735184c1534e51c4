#pragma once

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// The request parameters of the protocol's schedule policy: `priority` (1 goes first, 9 last, 0 is usual)
/// and `timeout` (microseconds from the request's arrival in which it must be begun; 0: none).
/// InvalidArgument for anything else under these names.
Result<> ReadTurn(const Json& parameters, serving::Question& question);

}  // namespace cairn::inference

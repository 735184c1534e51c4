#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// An OpenAPI 3.1 document of the calls that ask this version for predictions: what they take, from the
/// model's signature and the contract's rules for its columns, and what they give. `base` is the path below
/// which it is asked: "/v2/models/m", or "/v2/models/m/versions/3", where there are no MLflow calls.
Json OpenApiOf(const serving::Offer& offer, const serving::Settings& settings, const std::string& base);

}  // namespace cairn::inference

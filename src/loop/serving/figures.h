#pragma once

#include <vector>

#include "ground/telemetry/figure.h"
#include "loop/serving/service.h"

namespace cairn::serving {

/// What a service has answered since the start, how fast, and what of it was traced, for monitoring systems.
std::vector<telemetry::Figure> FiguresOf(const Service& service);

}  // namespace cairn::serving

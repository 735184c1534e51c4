#pragma once

#include "ground/vocabulary/json.h"
#include "loop/monitoring/monitoring.h"

namespace cairn::api {

/// {"from_ms", "to_ms", "value", "rows", "state", "breached"}; value is null unless the window closed with a
/// finite figure.
Json PointOf(const monitoring::Window& window);
/// {"id", "monitor", "kpi", "column", "value", "bound", "from_ms", "to_ms", "raised_ms", "acknowledged_ms",
/// "acknowledged_by", "closed_ms"}; times that did not come yet are null.
Json ToJson(const monitoring::Alert& alert);

}  // namespace cairn::api

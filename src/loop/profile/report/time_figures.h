#pragma once

#include "ground/vocabulary/json.h"
#include "loop/profile/column/column.h"

namespace cairn::profile {

/// How a time column goes on: {"step": null | "day" …, "step_ms", "regular" (share of steps that are of that
/// length), "gap_count", "missing_points", "gaps": [{"from", "to", "missing"}…] (the longest 20), "days",
/// "days_missing", "future", "exact"}. A gap is a step of more than one and a half times the usual one, in a
/// column in which at least four of five steps are the usual one; where none is, days are asked in the same
/// way.
Json TimeFiguresOf(Column& column);

}  // namespace cairn::profile

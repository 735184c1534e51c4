#pragma once

#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/charter/charter.h"

namespace cairn::rollout {

/// What the charter says and nothing in the rest of the configuration acts on, each with its own place:
///   a KPI whose source names no metric, or one that nothing here will ever measure (evaluation.<metric>
///   without
///     a model to examine, quality.<metric> without a monitor of it);
///   a success metric that no gate checks, or only a laxer one;
///   an outcome that is not the target of the model's data set; a wait that no quality monitor keeps;
///   a heuristic that reads a column which requests do not carry.
/// charter::Check names what is missing in the charter itself. Errors as charter::Parse, ParseGates and
/// data::ParseSpecifications.
Result<std::vector<charter::Finding>> UnboundIn(const Node& configuration);

}  // namespace cairn::rollout

#pragma once

#include <string_view>

#include "ground/vocabulary/json.h"

namespace cairn::formats::wire {

/// Universal Binary JSON as XGBoost writes it. Long arrays, and the members whose names are in `skipped`,
/// come out as their length: a model's trees are counted, not built. Corrupt when it is broken, cut, or
/// nested beyond 64.
Result<Json> ReadUbj(std::string_view bytes, std::initializer_list<std::string_view> skipped);

}  // namespace cairn::formats::wire

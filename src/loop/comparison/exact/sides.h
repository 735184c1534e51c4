#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/comparison/counts.h"
#include "loop/comparison/sample.h"

/// What every statistic asks of its two sides.
namespace cairn::comparison {

/// Unprocessable: "the reference side has no usable value …".
Error EmptySide(std::string_view side);
Result<> CheckSides(const Sample& reference, const Sample& current, std::int64_t least = 1);
Result<> CheckSides(const PairedCounts& counts);

}  // namespace cairn::comparison

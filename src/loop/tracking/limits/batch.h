#pragma once

#include <string_view>

#include "loop/tracking/runs.h"

namespace cairn::tracking {

/// A tag's value cut to what is kept; InvalidArgument when longer ones are refused.
Result<std::string> KeptValue(std::string_view value, std::string_view path, LongValues long_values);

/// The batch as it will be stored: long values cut, unless such are refused, infinities made finite.
/// InvalidArgument, naming the entry, for anything outside the limits.
Result<Runs::Batch> CheckedBatch(Runs::Batch batch, LongValues long_values);

}  // namespace cairn::tracking

#pragma once

#include <string_view>

#include "loop/tracking/runs.h"

namespace cairn::tracking {

/// The tag with its value cut to what is kept, unless such are refused; InvalidArgument for a key or a value
/// outside the limits.
Result<Tag> CheckedTag(const Tag& tag, std::string_view path, LongValues long_values);

/// The batch as it will be stored: long values cut, unless such are refused, infinities made finite.
/// InvalidArgument, naming the entry, for anything outside the limits.
Result<Runs::Batch> CheckedBatch(Runs::Batch batch, LongValues long_values);

}  // namespace cairn::tracking

#pragma once

#include <string_view>

#include "loop/tracking/runs.h"

namespace cairn::tracking {

/// The tag with its value cut to what is kept; InvalidArgument for a key outside the limits.
Result<Tag> CheckedTag(const Tag& tag, std::string_view path);

/// The batch as it will be stored: long values cut, infinities made finite. InvalidArgument, naming the
/// entry, for anything outside the limits.
Result<Runs::Batch> CheckedBatch(Runs::Batch batch);

}  // namespace cairn::tracking

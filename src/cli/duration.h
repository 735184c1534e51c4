#pragma once

#include <cstdint>
#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// Milliseconds of "7d", "12h", "30m", "90s", "0s". InvalidArgument for anything else.
Result<std::int64_t> DurationMs(const std::string& text);

}  // namespace cairn::cli

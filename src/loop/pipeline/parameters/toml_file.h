#pragma once

#include <string_view>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::pipeline {

/// A TOML 1.0 document, its tables in the order of the file; dates and times as they are written. `file` is
/// for messages. InvalidArgument with the place when it is none.
Result<Json> ReadTomlParams(std::string_view text, std::string_view file);

}  // namespace cairn::pipeline

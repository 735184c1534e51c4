#pragma once

#include <string_view>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::inference {

/// JSON as Python's clients write it: NaN where a value is missing is read as null. Everything else as
/// Json::Parse.
Result<Json> ParseRequest(std::string_view text);

}  // namespace cairn::inference

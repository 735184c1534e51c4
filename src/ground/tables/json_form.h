#pragma once

#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// How rows stand in a JSON text: an object a line, or the objects of one array (pandas' records).
enum class JsonForm { Lines, Array };

/// By how the text begins, compressed or not. Unprocessable, saying what to do, for what holds no rows: one
/// object that goes over several lines, an array that is empty or of other things than objects.
Result<JsonForm> JsonFormOf(const std::string& path);

}  // namespace cairn::tables

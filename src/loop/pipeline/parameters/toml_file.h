#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::pipeline {

/// A TOML 1.0 document, its tables in the order of the file; dates and times as they are written. `file` is
/// for messages. InvalidArgument with the place when it is none.
Result<Json> ReadTomlParams(std::string_view text, std::string_view file);
/// The bytes [first, second) in which the value under a dotted key ("train.layers[0]") is written; nothing
/// for what is not there or is a table with a head of its own.
std::optional<std::pair<std::size_t, std::size_t>> FindInToml(std::string_view text, std::string_view key);

}  // namespace cairn::pipeline

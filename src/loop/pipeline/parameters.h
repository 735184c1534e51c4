#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::pipeline {

/// Reads a parameter file of the project: TOML and Python by their endings, JSON, and YAML otherwise.
/// NotFound when it is not there; InvalidArgument with the place for one that cannot be read.
Result<Json> ReadParams(const std::string& project, const std::string& file);
/// The value under a dotted key, "train.layers[0].size", or null.
const Json* FindDotted(const Json& values, std::string_view key);

}  // namespace cairn::pipeline

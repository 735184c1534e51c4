#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::pipeline {

/// Reads a parameter file of the project: TOML and Python by their endings, JSON, and YAML otherwise.
/// NotFound when it is not there; InvalidArgument with the place for one that cannot be read.
Result<Json> ReadParams(const std::string& project, const std::string& file);
/// The same of its text.
Result<Json> ParseParams(std::string_view text, const std::string& file);
/// The value under a dotted key, "train.layers[0].size", or null.
const Json* FindDotted(const Json& values, std::string_view key);

/// Of a TOML or Python file: the bytes [first, second) of its text in which the value under a dotted key is
/// written. Nothing where it is not written as one: a table of TOML, a class of Python.
std::optional<std::pair<std::size_t, std::size_t>> FindWritten(std::string_view text, const std::string& file,
                                                               std::string_view key);
/// A value as such a file has it, numbers as Python writes them. Unsupported for null in TOML.
Result<std::string> WriteParam(const Json& value, const std::string& file);

}  // namespace cairn::pipeline

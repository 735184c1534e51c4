#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "ground/vocabulary/json.h"

namespace cairn::pipeline {

/// What a Python file assigns, by name, as DVC reads parameters of one (dvc/utils/serialize/_py.py): names of
/// the module and, below their class, of classes; of a method __init__ what it assigns to self. Only values
/// that are written out count: numbers, texts, True, False, None, and tuples, lists and dicts of these.
/// Nothing is executed; whatever else stands in the file is passed over.
Json ReadPythonParams(std::string_view text);
/// The bytes [first, second) in which the value under a dotted key ("Train.layers[0]") is written; nothing
/// for what is not there or is a class.
std::optional<std::pair<std::size_t, std::size_t>> FindInPython(std::string_view text, std::string_view key);

}  // namespace cairn::pipeline

#pragma once

#include <string_view>

#include "ground/vocabulary/json.h"

namespace cairn::pipeline {

/// What a Python file assigns, by name, as DVC reads parameters of one (dvc/utils/serialize/_py.py): names of
/// the module and, below their class, of classes; of a method __init__ what it assigns to self. Only values
/// that are written out count: numbers, texts, True, False, None, and tuples, lists and dicts of these.
/// Nothing is executed; whatever else stands in the file is passed over.
Json ReadPythonParams(std::string_view text);

}  // namespace cairn::pipeline

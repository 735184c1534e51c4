#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/runtime/features.h"
#include "loop/serving/request_values.h"

namespace cairn::serving {

/// What the model takes in a column: decides what a column without any value becomes.
enum class Wanted { Number, Text };

/// A column of a request as the runtime takes it: texts, whole numbers, or numbers (truth values as 0 and 1).
/// Unprocessable naming column and row for lists and objects, and for texts among numbers.
Result<runtime::Features::Column> ColumnOf(const std::string& name, const Values& values, Wanted wanted);

}  // namespace cairn::serving

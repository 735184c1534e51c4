#pragma once

#include <functional>
#include <span>
#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::metadata {

/// A table that a room keeps for speed although the log already says it. The room hands one of these to
/// whoever composes the program: `stored` gives the table's content, `recomputed` the same from events alone,
/// both as an array in the same order.
struct DerivedTable {
  std::string name;
  std::function<Result<Json>()> stored;
  std::function<Result<Json>()> recomputed;
};

/// Compares each table with what the events say:
///   {"equal": bool, "tables": [{"name", "equal", "rows", "first_difference": null | {"row", "stored",
///   "recomputed"}}…]}
/// A row that one side lacks is null there. The first error of a function is passed on.
Result<Json> Rebuild(std::span<const DerivedTable> tables);

}  // namespace cairn::metadata

#pragma once

#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

/// What is wrong between the parts of a split, and how its classes are spread; for parts of any origin.
namespace cairn::data {

/// One part: a file of any format. The first is what a model learns from.
struct PartFile {
  std::string name;
  std::string path;
};

struct PartColumns {
  std::vector<std::string> key, group;  ///< Empty: not looked at.
  std::string time;                     ///< "" for none.
  std::string target;                   ///< Whose classes are counted; "" for none.
  bool ordered = false;                 ///< Whether the parts are to follow each other in time.
};

/// {"sound": bool, "checks": [{"check", "leaks": bool, "count", "sentence", "examples": [text…]}…]}, the
/// checks being
///   key         keys that lie in more than one part
///   group       groups that do
///   duplicates  rows, equal in every column, that do
///   features    rows that are equal in every column but the key, and do; told, not held against the parts
///   time        rows of a part not before the first row of a later part; a leak when the parts are ordered
/// Numbers are equal however they are written (0, 0.0). Examples show "***" for the values of columns that
/// profiles call personal.
/// Unprocessable for a column that a part lacks.
Result<Json> CheckParts(tables::Engine& engine, const std::vector<PartFile>& parts,
                        const PartColumns& columns);

/// {"classes": [{"class", "weight", "parts": {name: {"rows", "share"}}}…]}, the most frequent first. The
/// weight is scikit-learn's "balanced": rows / (classes * rows of the class), over the rows of the first part
/// that have a class; null for a class that it lacks. {"classes": null, "distinct"} for a target with more
/// than 100 values.
Result<Json> BalanceOf(tables::Engine& engine, const std::vector<PartFile>& parts, const std::string& target);

}  // namespace cairn::data

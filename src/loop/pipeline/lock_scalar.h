#pragma once

#include <cstddef>
#include <string>

#include "ground/vocabulary/json.h"

namespace cairn::pipeline {

/// Where a value stands: what was written of its line, and where its next lines begin. In characters.
struct ScalarPlace {
  std::size_t column = 0;
  std::size_t indent = 0;
  bool folds = true;  ///< False: it stays on one line, however long.
};

/// A value that is no list and no map, as DVC's writer (ruamel.yaml 0.19, 80 columns) writes it there: quoted
/// only where it must be, long texts on several lines. "" for null.
std::string LockScalar(const Json& value, const ScalarPlace& place);

}  // namespace cairn::pipeline

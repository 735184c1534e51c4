#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition/templates.h"

namespace cairn::pipeline {

/// One stage of a group that `foreach` or `matrix` describes. It is called GROUP@NAME.
struct Round {
  std::string name;
  Json item;                       ///< What ${item} is.
  std::optional<std::string> key;  ///< What ${key} is; a foreach over a list has none.
};

/// The rounds of a group in order, as DVC names them: of a foreach over plain values the values, over a list
/// that holds maps or lists the places, over a map its keys; of a matrix the values of its axes joined with
/// '-', the last axis changing fastest. InvalidArgument with the place.
Result<std::vector<Round>> RoundsOf(const Node& stage, const Templates& templates);

}  // namespace cairn::pipeline

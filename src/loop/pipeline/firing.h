#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// One time that a trigger fired.
struct Firing {
  Trigger trigger;    ///< Its cause is "<name>@<what it was>": a moment, a version, a commit.
  std::string state;  ///< waiting, begun, merged, over (nothing was stale), refused, skipped.
  std::string run;    ///< "" for none.
  std::string actor;
  TimeMs at = 0;
  Json detail = Json::Object();
};

}  // namespace cairn::pipeline

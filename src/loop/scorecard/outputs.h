#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/history.h"

namespace cairn::scorecard {

/// One of the six stages of a pipeline that is automated from end to end, and the last thing that it gave.
struct StageOutput {
  std::string_view stage;
  std::string_view gives;        ///< "source", "packages", …
  const Moment* last = nullptr;  ///< Into the history; null when it never gave anything.
  std::string digest;            ///< Of the output: a commit or a SHA-256; "" where it has none.
  bool overdue = true;           ///< Nothing within the cadence.
  std::string why;               ///< One sentence.
};

/// Development → source, continuous integration → packages, delivery of the pipeline → deployed pipeline,
/// triggering → registered model, delivery of the model → prediction service, monitoring → trigger.
std::vector<StageOutput> OutputsOf(const History& history, TimeMs now, std::int64_t cadence_ms);
Json ToJson(const StageOutput& output);

/// What Cairn has not got yet, each with the tests of the rubric that wait for it: [{"what", "tests":
/// [ids]}].
Json Lacking();

}  // namespace cairn::scorecard

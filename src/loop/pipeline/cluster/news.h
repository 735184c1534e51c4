#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"

namespace cairn::pipeline {

/// What the stages of a job have to say, out of all that the job prints. Each piece is an object with a
/// "stage" and one of
///   {"state": "running", "node", "started"}                a machine has begun it; again after another was
///   lost
///   {"text", "started", "at"}                           some of what it prints, and where in that; may be
///   missing, come twice or late
///   {"waits"}                                            why it does not begin
///   {"state": "finished" | "unchanged" | "failed" | "blocked", "reason", "reads", "makes", "attempts",
///   "log", …}   its result
class News {
 public:
  /// `words` is all that the job has printed, each time more of it. Gives what is new and whole; lines that
  /// are none, or damaged, count for nothing.
  std::vector<Json> In(std::string_view words);

 private:
  std::size_t seen_ = 0;
};

}  // namespace cairn::pipeline

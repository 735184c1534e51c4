#pragma once

#include <cstdint>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/turnstile.h"

namespace cairn::runtime {

/// One of several requests to a model.
struct Part {
  const Batch* inputs;
  std::int64_t rows;
};

/// Runs them in one call, or one by one when that fails or does not give one row for each of theirs
/// (but Unavailable is the answer to all); what
/// became of each, in their order. `queue_ns` is the caller's to fill in.
std::vector<Result<Ran>> RunTogether(const Model& model, const std::vector<Part>& parts);

}  // namespace cairn::runtime

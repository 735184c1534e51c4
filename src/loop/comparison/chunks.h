#pragma once

#include "ground/vocabulary/result.h"
#include "loop/comparison/drift.h"
#include "loop/comparison/policy.h"

namespace cairn::comparison {

/// NannyML's judgement of a column by chunks of its rows (see Policy::Kind::Nannyml): the score is the
/// largest distance of a current chunk, the threshold mean + 3 deviations (divisor n) of the reference's.
/// Chunks without a value do not count. Unprocessable when the rows' order was not given.
Result<Drift> CompareChunks(const NumberColumn& column);
Result<Drift> CompareChunks(const CategoryColumn& column);

}  // namespace cairn::comparison

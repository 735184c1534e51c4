#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/sweep/sweep.h"

namespace cairn::sweep {

struct CurveOrder {
  std::string metric;  ///< One of the trials' figures.
  std::string better;  ///< "higher" or "lower"; "" goes by the metric's name.
  double worth = 0;    ///< As evaluation::CurveSettings.
};

/// The learning curve of trials that took shares of a file's rows (share.h): evaluation::LearningCurve's,
/// with "file", "metric", and "trials" that count and are "missing", because they have not finished. NotFound
/// when none took a share or none has that figure, InvalidArgument when nothing says which way is better; the
/// errors of LearningCurve.
Result<Json> CurveOf(const std::vector<Trial>& trials, const CurveOrder& order);

}  // namespace cairn::sweep

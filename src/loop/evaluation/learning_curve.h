#pragma once

#include <cstdint>
#include <span>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::evaluation {

/// What a training came to on so many rows.
struct TrainedOn {
  double rows = 0;
  double value = 0;  ///< Of one figure, on test rows that are the same for all.
};

struct CurveSettings {
  bool higher_is_better = true;
  double worth = 0;  ///< The smallest gain that matters; 0: a hundredth of the figure on the most rows.
  double confidence = 0.95;
  int replicates = 1000;
  std::uint64_t seed = 1;
};

/// How a figure grows with the rows that a model is trained on, and whether twice as many would help.
///
/// The law is value = limit - scale * rows^-exponent (plus, where less is better) with scale >= 0: least
/// squares weighted by rows, since what chance the draw has in a figure falls with them, over 200 exponents
/// from 0.05 to 2 that grow by equal factors. How sure it is comes from its residuals, drawn again and put on
/// it. With the gain from twice as many rows and its interval, the verdict is "yes" when all of the interval
/// is worth it, "no" when none of it is, and "unclear" otherwise: then more draws, or more data, would tell.
///
/// {"higher_is_better", "points": [{"rows", "trainings", "value", "low", "high"}] by rows (the mean, with
/// Student's interval where there are several), "law": {"limit", "scale", "exponent"}, "fitted": [{"rows",
/// "value"}] up to twice the most rows, "most_rows", "gain": {"rows", "value", "low", "high"}, "confidence",
/// "worth", "verdict", "reason"}. Unprocessable with fewer than three numbers of rows; InvalidArgument for
/// figures and rows that are not finite, or no rows.
Result<Json> LearningCurve(std::span<const TrainedOn> trainings, const CurveSettings& settings);

}  // namespace cairn::evaluation

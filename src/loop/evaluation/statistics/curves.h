#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "loop/evaluation/metrics.h"

namespace cairn::evaluation {

/// What decides at each threshold, from the highest down: rows with a score of at least `threshold`.
struct CurvePoint {
  double threshold = 0;  ///< Infinite for the first point, at which nothing is decided 1.
  std::int64_t true_positives = 0, false_positives = 0;
};

/// Of labels 0 and 1 and their scores: the whole ROC curve (and, read as precision over recall, the other
/// one). One point for each distinct score.
struct Curve {
  std::int64_t positives = 0, negatives = 0;
  std::vector<CurvePoint> points;
};
Curve CurveOf(Sample sample);
/// At most `most` of its points (at least 2): evenly along the curve, and always both ends, so that a picture
/// of it does not change.
Curve Thinned(const Curve& curve, std::size_t most);

}  // namespace cairn::evaluation

#include "loop/evaluation/statistics/curves.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace cairn::evaluation {

Curve CurveOf(Sample sample) {
  std::vector<std::pair<double, bool>> rows(sample.labels.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = {sample.scores[i], sample.labels[i] == 1};
  std::ranges::sort(rows, std::ranges::greater{});
  Curve curve;
  curve.points.push_back({std::numeric_limits<double>::infinity(), 0, 0});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ++(rows[i].second ? curve.positives : curve.negatives);
    if (i + 1 == rows.size() || rows[i + 1].first != rows[i].first)
      curve.points.push_back({rows[i].first, curve.positives, curve.negatives});
  }
  return curve;
}

Curve Thinned(const Curve& curve, std::size_t most) {
  if (curve.points.size() <= most) return curve;
  Curve thin{curve.positives, curve.negatives, {}};
  // By the way travelled along the curve, in rows of either class as shares of it.
  const auto way = [&](const CurvePoint& point) {
    return static_cast<double>(point.true_positives) /
               static_cast<double>(std::max<std::int64_t>(1, curve.positives)) +
           static_cast<double>(point.false_positives) /
               static_cast<double>(std::max<std::int64_t>(1, curve.negatives));
  };
  const double whole = way(curve.points.back()), step = whole / static_cast<double>(most - 1);
  for (const CurvePoint& point : curve.points) {
    if (way(point) >= step * static_cast<double>(thin.points.size())) thin.points.push_back(point);
  }
  if (thin.points.back().threshold != curve.points.back().threshold)
    thin.points.push_back(curve.points.back());
  return thin;
}

}  // namespace cairn::evaluation

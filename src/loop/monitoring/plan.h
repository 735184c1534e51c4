#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/evaluation/metrics.h"
#include "loop/monitoring/monitoring.h"

namespace cairn::monitoring {

/// What the accepted configuration asks this room to do.
struct Plan {
  std::vector<Monitor> monitors;
  std::vector<std::string> columns;  ///< Every input that a monitor watches, once.
  std::vector<std::string> masked;   ///< Inputs of which the prediction log has masks; sorted.
  std::string model;
  std::string dataset;
  std::string time_column;   ///< "" for the time of the answer.
  std::int64_t wait_ms = 0;  ///< Until the truth is known.
  /// For metrics of decisions: the charter's cost; the model's threshold, or for `threshold: cost` the one
  /// that costs least when scores are calibrated, false_positive / (false_positive + false_negative).
  evaluation::MetricSettings metric;
  bool classifies = false;  ///< A quality monitor takes only labels 0 and 1.
};
Result<Plan> PlanOf(const Node& configuration);

}  // namespace cairn::monitoring

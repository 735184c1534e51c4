#pragma once

#include <cstdint>

#include "ground/vocabulary/result.h"
#include "loop/evaluation/metrics.h"

namespace cairn::evaluation {

struct BootstrapSettings {
  int replicates = 1000;
  double confidence = 0.95;
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: one per core. The numbers do not depend on it.
};

/// Percentile interval from resampling rows with replacement.
struct Interval {
  double value = 0;  ///< Of the rows as they are.
  double low = 0;
  double high = 0;
  double confidence = 0.95;
  int undefined = 0;  ///< Replicates left out because the metric was not defined on them (a class missing).
};

/// Unprocessable when more than half of the replicates are undefined; InvalidArgument for impossible
/// settings.
Result<Interval> IntervalOf(const Measure& measure, const BootstrapSettings& settings = {});

/// a - b of the same metric over the same rows, both resampled together, so what the rows share cancels.
/// InvalidArgument when the two have different numbers of rows.
Result<Interval> DifferenceInterval(const Measure& a, const Measure& b,
                                    const BootstrapSettings& settings = {});

/// `difference` so that above 0 means better.
Interval Turned(const Interval& difference, bool higher_is_better);

}  // namespace cairn::evaluation

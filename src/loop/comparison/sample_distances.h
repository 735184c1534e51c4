#pragma once

#include "ground/vocabulary/result.h"
#include "loop/comparison/histogram.h"
#include "loop/comparison/sample.h"

namespace cairn::comparison {

/// How far two samples of numbers lie apart. Missing and infinite values do not take part; a side that is
/// empty then is Unprocessable.

/// Wasserstein's distance of order 1: the area between the distribution functions, in the column's own unit
/// (scipy's wasserstein_distance).
Result<double> Wasserstein(const Sample& reference, const Sample& current);
/// The same / max(standard deviation of the reference with divisor n, 0.001): Evidently's "wasserstein".
Result<double> WassersteinNormed(const Sample& reference, const Sample& current);
/// sqrt(2 * integral of the squared difference of the distribution functions): scipy's energy_distance.
Result<double> EnergyDistance(const Sample& reference, const Sample& current);
/// The largest difference of the distribution functions, 0 to 1: Kolmogorov and Smirnov's D without a test.
Result<double> LargestGap(const Sample& reference, const Sample& current);

/// TensorFlow Data Validation's: ten even buckets of each side between its own least and greatest value, both
/// re-bucketed to the union of the edges (evenly inside a bucket), NaN as a bucket of its own; then
/// Jensen-Shannon divergence to base 2. `missing` are each side's NaN.
Result<double> JsDivergenceTfdv(const Sample& reference, const Sample& current,
                                std::int64_t reference_missing = 0, std::int64_t current_missing = 0);

}  // namespace cairn::comparison

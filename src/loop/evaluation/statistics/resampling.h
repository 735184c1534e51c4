#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/evaluation/statistics/sheet.h"

namespace cairn::evaluation {

/// How rows are drawn, with replacement, as many as there are.
struct Drawing {
  enum class Way {
    Rows,    ///< Each on its own: rows are independent.
    Strata,  ///< Within each stratum: its size is fixed, so a rare class cannot vanish from a resample.
    Blocks,  ///< Runs of neighbours in time, wrapping round the end (circular blocks, Politis & Romano 1992):
             ///< rows near each other depend on each other.
  } way = Way::Rows;
  std::vector<std::vector<std::uint32_t>> strata = {};  ///< Places of the sheet; each in one stratum.
  std::vector<std::uint32_t> sequence = {};             ///< Places in the order of time.
  std::size_t block = 1;                                ///< Rows of a block.
};

enum class Ends {
  Percentile,  ///< The quantiles of the replicates, interpolated as numpy's default. Efron 1979.
  Bca,  ///< Corrected for bias and skew: Efron 1987. Also right for a figure whose spread changes with it.
};

struct ResamplingSettings {
  int replicates = 1000;
  double confidence = 0.95;
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: one per core. The numbers do not depend on it.
  Ends ends = Ends::Bca;
};

/// A figure with what resampling says of it.
struct Estimate {
  double value = 0;           ///< Of the rows as they are; NaN where undefined.
  double low = 0, high = 0;   ///< NaN when it is undefined on more than half of the resamples.
  double standard_error = 0;  ///< The standard deviation of the replicates (n − 1).
  int undefined = 0;          ///< Replicates left out because the figure is not defined on them.
};

/// Every figure of the sheet; all of a replicate are read off the same resample. Replicate r draws from a
/// stream of its own (random.h), so equal input gives equal numbers on any machine and with any threads. The
/// acceleration of BCa comes from the jackknife: leaving out one row at a time up to 1,000 rows, beyond that
/// one of 200 groups of equal size by lot. InvalidArgument unless there are 2 to 1,000,000 replicates and a
/// confidence between 0 and 1. Costs about replicates × rows / threads × 10 ns.
Result<std::vector<Estimate>> EstimatesOf(const Sheet& sheet, const Drawing& drawing,
                                          const ResamplingSettings& settings);

struct Range2 {
  double low = 0, high = 0;
};
/// The quantiles at (1 ∓ confidence) / 2 of replicates, which are sorted and finite, one at least.
Range2 PercentileEnds(std::span<const double> sorted, double confidence);
/// The same at Efron's corrected levels. `jackknife`: the figure without each row (or group). Without any
/// spread among these, or with all replicates on one side of the value, as PercentileEnds.
Range2 BcaEnds(double value, std::span<const double> sorted, std::span<const double> jackknife,
               double confidence);

/// Of the standard normal distribution. The quantile is Wichura's AS 241 (1988), to about 1e-16; p in (0, 1).
double NormalCdf(double x);
double NormalQuantile(double p);

}  // namespace cairn::evaluation

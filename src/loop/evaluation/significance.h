#pragma once

#include <cstdint>

#include "ground/vocabulary/result.h"

namespace cairn::evaluation {

/// Was the new version worse than the one it replaced? Counts in, p-values out. All two-sided p unless named
/// otherwise.

struct Proportion {
  std::int64_t failures = 0;
  std::int64_t trials = 0;
};

struct ProportionTest {
  double before = 0;  ///< Failure rates.
  double after = 0;
  double z = 0;        ///< Pooled two-proportion z of after - before; positive means worse.
  double p_value = 1;  ///< Of z, two-sided.
  double p_worse = 1;  ///< Of z, one-sided: after is worse.
  double p_exact = 1;  ///< Fisher's exact test, two-sided; the one to trust when failures are few.
  bool significantly_worse = false;  ///< after > before and p_exact < alpha.
};
/// Independent rows before and after. InvalidArgument when a side has no trial or more failures than trials.
Result<ProportionTest> TwoProportions(Proportion before, Proportion after, double alpha = 0.05);

struct PairedTest {
  std::int64_t only_before_failed = 0;
  std::int64_t only_after_failed = 0;
  double p_value = 1;  ///< McNemar, exact binomial over the rows on which the two disagree.
  bool significantly_worse = false;
};
/// The same rows answered by both versions: only rows on which they disagree tell.
Result<PairedTest> PairedFailures(std::int64_t only_before_failed, std::int64_t only_after_failed,
                                  double alpha = 0.05);

}  // namespace cairn::evaluation

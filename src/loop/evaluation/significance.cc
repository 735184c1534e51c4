#include "loop/evaluation/significance.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace cairn::evaluation {
namespace {

long double LogChoose(std::int64_t n, std::int64_t k) {
  return std::lgamma(n + 1.0L) - std::lgamma(k + 1.0L) - std::lgamma(n - k + 1.0L);
}

Result<Done> Check(Proportion side, const char* name) {
  if (side.trials > 0 && side.failures >= 0 && side.failures <= side.trials) return Done{};
  return Error{Reason::InvalidArgument,
               "the side '" + std::string(name) + "' has " + std::to_string(side.failures) + " failures in " +
                   std::to_string(side.trials) +
                   " trials; give at least one trial and no more failures than trials"};
}

/// Sum of the hypergeometric probabilities that do not exceed the observed table's.
double FisherTwoSided(Proportion before, Proportion after) {
  const std::int64_t failures = before.failures + after.failures;
  const std::int64_t all = before.trials + after.trials;
  const auto log_probability = [&](std::int64_t in_before) {
    return LogChoose(before.trials, in_before) + LogChoose(after.trials, failures - in_before) -
           LogChoose(all, failures);
  };
  // Tables as likely as the observed one must count as such despite rounding.
  const long double limit = log_probability(before.failures) + 1e-7L;
  long double sum = 0;
  const std::int64_t last = std::min(failures, before.trials);
  for (std::int64_t k = std::max<std::int64_t>(0, failures - after.trials); k <= last; ++k) {
    const long double here = log_probability(k);
    if (here <= limit) sum += std::exp(here);
  }
  return static_cast<double>(std::min(1.0L, sum));
}

}  // namespace

Result<ProportionTest> TwoProportions(Proportion before, Proportion after, double alpha) {
  CAIRN_TRY(Check(before, "before"));
  CAIRN_TRY(Check(after, "after"));
  const auto n1 = static_cast<double>(before.trials);
  const auto n2 = static_cast<double>(after.trials);
  ProportionTest test;
  test.before = static_cast<double>(before.failures) / n1;
  test.after = static_cast<double>(after.failures) / n2;
  const double pooled = static_cast<double>(before.failures + after.failures) / (n1 + n2);
  const double spread = std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  if (spread > 0) test.z = (test.after - test.before) / spread;
  test.p_value = std::erfc(std::fabs(test.z) / std::numbers::sqrt2);
  test.p_worse = std::erfc(test.z / std::numbers::sqrt2) / 2;
  test.p_exact = FisherTwoSided(before, after);
  test.significantly_worse = test.after > test.before && test.p_exact < alpha;
  return test;
}

Result<PairedTest> PairedFailures(std::int64_t only_before_failed, std::int64_t only_after_failed,
                                  double alpha) {
  if (only_before_failed < 0 || only_after_failed < 0) {
    return Error{Reason::InvalidArgument, "a number of rows cannot be negative"};
  }
  PairedTest test{only_before_failed, only_after_failed, 1, false};
  const std::int64_t all = only_before_failed + only_after_failed;
  const std::int64_t fewer = std::min(only_before_failed, only_after_failed);
  long double tail = 0;
  for (std::int64_t k = 0; k <= fewer; ++k)
    tail += std::exp(LogChoose(all, k) - all * std::numbers::ln2_v<long double>);
  test.p_value = static_cast<double>(std::min(1.0L, 2 * tail));
  test.significantly_worse = only_after_failed > only_before_failed && test.p_value < alpha;
  return test;
}

}  // namespace cairn::evaluation

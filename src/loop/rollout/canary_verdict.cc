#include "loop/rollout/canary_verdict.h"

#include <cstdio>

#include "ground/vocabulary/text.h"

namespace cairn::rollout {
namespace {

/// SampleRatioCheck's own level.
constexpr double kSplitAlpha = 0.001;

std::string Shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string Share(std::int64_t bad, std::int64_t all) {
  return WithThousands(bad) + " of " + WithThousands(all);
}

}  // namespace

CanaryFinding Judge(const serving::CanaryState& state, std::int64_t min_requests, double alpha) {
  const std::string counts = Share(state.canary_bad, state.canary_requests) +
                             " requests failed on the canary, " +
                             Share(state.production_bad, state.production_requests) + " in production";
  if (state.e_value >= 1 / alpha) {
    return {CanaryVerdict::Abort, "the canary fails more often than production: " + counts + " (evidence " +
                                      Shown(state.e_value) + ", bound " + Shown(1 / alpha) + ")"};
  }
  if (state.sample_ratio_e_value >= 1 / kSplitAlpha) {
    return {CanaryVerdict::Abort, "the traffic was not split as configured (" +
                                      WithThousands(state.canary_requests) + " to " +
                                      WithThousands(state.production_requests) + " at a share of " +
                                      Shown(state.share) + "), so the canary proves nothing"};
  }
  if (state.canary_requests < min_requests) return {};
  return {CanaryVerdict::Promote, counts + "; no sign that it is worse (evidence " + Shown(state.e_value) +
                                      ", bound " + Shown(1 / alpha) + ")"};
}

}  // namespace cairn::rollout

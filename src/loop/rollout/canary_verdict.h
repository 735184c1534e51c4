#pragma once

#include <cstdint>
#include <string>

#include "loop/serving/service.h"

namespace cairn::rollout {

enum class CanaryVerdict { GoOn, Promote, Abort };

struct CanaryFinding {
  CanaryVerdict verdict = CanaryVerdict::GoOn;
  std::string reason;  ///< With the figures; "" while it goes on.
};

/// Aborted when the evidence that it is worse reaches 1/alpha, or when the split of the traffic is broken
/// (chance below 1 in 1,000); promoted after `min_requests` requests of its own without either. May be asked
/// after every request (evaluation/sequential.h).
CanaryFinding Judge(const serving::CanaryState& state, std::int64_t min_requests, double alpha);

}  // namespace cairn::rollout

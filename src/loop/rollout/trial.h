#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/rollout/canary_verdict.h"

namespace cairn::rollout {

/// Where a canary stands, as its rollout keeps it: enough to go on after a restart, together with the
/// prediction log, where the requests stand that wait for their labels. What requests and labels showed
/// between the last time it was kept and the end of the process is lost.
struct Trial {
  static constexpr std::int64_t kShadow = -1;
  std::int64_t step = 0;  ///< Of the configured shares, counted from 0; kShadow before them.
  TimeMs step_began_ms = 0;
  std::int64_t requests_before = 0;  ///< Of the canary, in earlier steps.
  std::string paused;                ///< Why it neither goes on nor is promoted; "" while it may.
  TimeMs kept_ms = 0;                ///< When `record` was kept.
  std::optional<serving::CanaryRecord> record;

  CanaryLook LookAt(const serving::CanaryRecord& seen, const serving::CanaryPlan& plan, TimeMs now) const;
};
Json ToJson(const Trial& trial);
/// InvalidArgument when it is none; null is one that has not begun.
Result<Trial> TrialIn(const Json& json);

}  // namespace cairn::rollout

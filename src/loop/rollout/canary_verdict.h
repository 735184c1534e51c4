#pragma once

#include <cstdint>
#include <string>

#include "loop/serving/canary_record.h"

namespace cairn::rollout {

enum class CanaryVerdict { GoOn, NextStep, Promote, Pause, Abort };
/// "go_on", "next_step", "promote", "pause", "abort".
std::string_view NameOf(CanaryVerdict verdict);

/// All that a verdict rests on.
struct CanaryLook {
  serving::CanaryRecord record;
  /// Which of the shares it has now, counted from 0 (-1: it is a shadow), and how many there are.
  std::int64_t step = 0, steps = 1;
  std::int64_t step_requests = 0, min_requests = 300;  ///< Its own in this step, and how many that takes.
  std::int64_t held_ms = 0, hold_ms = 0;               ///< That the step has lasted, and has to.
};

struct CanaryFinding {
  CanaryVerdict verdict = CanaryVerdict::GoOn;
  std::string reason;  ///< With the figures; "" while it goes on.
};

/// Aborted when the evidence that it fails more often, or is slow more often, reaches 2/alpha (each gets half
/// of alpha, and so a canary that is no worse is aborted with a chance of at most alpha, however often this
/// is asked), when the evidence that its answers lose more by their labels reaches 1/loss_alpha, or that they
/// did as a shadow 1/shadow_loss_alpha (the chances of that come on top), or when the breaker trips; paused
/// when the split of the traffic is broken (chance below 1 in 1,000), since the canary proves nothing then,
/// or when its scores lie further from production's than the configuration says; on to the next step, or
/// promoted after the last, once the step has its requests and its time without any of that. Follows from
/// `look` alone: equal looks have equal findings, bit for bit.
CanaryFinding Judge(const CanaryLook& look);

Json ToJson(const CanaryLook& look);
/// InvalidArgument when it is no such look.
Result<CanaryLook> CanaryLookIn(const Json& json);

/// Judges again what an event stored under "evidence", and compares with the "verdict" and "reason" that it
/// tells and the e-values that it shows. "" when all are the same; else what differs.
std::string DifferenceIn(const Json& event_body);

}  // namespace cairn::rollout

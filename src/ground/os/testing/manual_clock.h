#pragma once

#include <atomic>

#include "ground/os/clock.h"

namespace cairn::os::testing {

/// Stands still until told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimeMs start = 1'356'998'400'000) : now_(start) {}
  TimeMs Now() const override { return now_; }
  void Set(TimeMs now) { now_ = now; }
  void Advance(TimeMs by) { now_ += by; }

 private:
  std::atomic<TimeMs> now_;
};

}  // namespace cairn::os::testing

#pragma once

#include "ground/vocabulary/time.h"

namespace cairn::os {

/// Tells the time; tests put a hand-set one in its place.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs Now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  TimeMs Now() const override;
};

/// Nanoseconds since some fixed moment; for durations and deadlines, never for records.
std::int64_t SteadyNs();

}  // namespace cairn::os

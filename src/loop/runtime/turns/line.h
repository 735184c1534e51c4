#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "loop/runtime/turnstile.h"

namespace cairn::runtime {

/// A request that waits.
struct Waiter {
  std::int64_t rows = 1;
  std::string form;  ///< FormOf its inputs: only equal ones run together.
  Turn turn;
  std::int64_t arrived_ns = 0;
};

/// Who waits for one model, and who goes next. Knows no clock and no threads; holds no waiter.
class Line {
 public:
  explicit Line(const LineSettings& settings) : settings_(settings) {}

  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// Full when it can take no more; Expired when its deadline has passed; else Answered, and it waits.
  Ran::Fate Enter(Waiter& waiter, std::int64_t now_ns);
  void Leave(const Waiter& waiter);
  /// When the next run is due: once as many rows are there as fit, or whoever came first has waited long
  /// enough (half of what it has, when that is less). kNever with nobody there.
  std::int64_t DueAt() const;
  /// Those of the next run, in order, who wait no more then; none when all have expired. Expired ones are
  /// passed over: they leave by themselves.
  std::vector<Waiter*> Next(std::int64_t now_ns);

  bool empty() const { return waiters_.empty(); }
  std::int64_t size() const { return static_cast<std::int64_t>(waiters_.size()); }
  const LineSettings& settings() const { return settings_; }

  std::int64_t running = 0;  ///< Runs under way; kept by the turnstile.

 private:
  bool Fills() const;

  const LineSettings settings_;
  std::vector<Waiter*> waiters_;  ///< By priority, and then as they came.
};

}  // namespace cairn::runtime

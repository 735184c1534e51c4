#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/load/drive.h"

namespace cairn::cli::load {

/// What one server can be asked: the most requests a second of any load without a failure whose slowest
/// hundredth still stayed within the bound.
struct Capacity {
  double bound_ms = 0;
  double per_second = 0;  ///< 0: no load stayed within.
  int connections = 0;    ///< Of that load.
};

Capacity CapacityOf(const std::vector<Outcome>& outcomes, double bound_ms);

/// How full a server that has room for a busy moment runs.
inline constexpr int kFillPercent = 70;

/// Servers for `rate` requests a second, each filled to kFillPercent; nothing without a capacity.
std::optional<std::int64_t> ReplicasFor(const Capacity& capacity, double rate);

/// The plan in sentences; `rate` 0 for none.
std::string Sentences(const Capacity& capacity, double rate);

}  // namespace cairn::cli::load

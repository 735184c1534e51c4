#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace cairn::serving {

/// How long the last 10,000 answers took. Safe from any thread; adding takes no lock.
class LatencyWindow {
 public:
  void Add(std::int64_t micros);
  /// By nearest rank, in milliseconds; 0 when nothing was added.
  struct Quantiles {
    double p50_ms = 0, p99_ms = 0;
  };
  Quantiles Now() const;

 private:
  std::array<std::atomic<std::uint32_t>, 10'000> micros_{};
  std::atomic<std::uint64_t> added_ = 0;
};

}  // namespace cairn::serving

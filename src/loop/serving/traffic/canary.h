#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "loop/evaluation/sequential.h"
#include "loop/serving/service.h"
#include "loop/serving/traffic/latency_window.h"
#include "loop/serving/versions/loaded_version.h"

namespace cairn::serving {

/// Which requests go to a canary: each with the same chance, independently. Equal seeds choose equally. Safe
/// from any thread.
class TrafficSplit {
 public:
  TrafficSplit(double share, std::uint64_t seed) : share_(share), seed_(seed) {}
  bool ToCanary();
  double share() const { return share_; }

 private:
  const double share_;
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> drawn_ = 0;
};

/// A version on trial beside production: its share of the requests and what is seen of both. Safe from any
/// thread.
class Canary {
 public:
  Canary(std::shared_ptr<const LoadedVersion> version, double share, double alpha, std::uint64_t seed)
      : version_(std::move(version)), split_(share, seed), errors_(alpha) {}

  const LoadedVersion& version() const { return *version_; }
  bool ToCanary() { return split_.ToCanary(); }
  /// How one request went, whichever side it fell to.
  void Observe(bool is_canary, bool bad, std::int64_t micros);
  CanaryState State() const;

 private:
  const std::shared_ptr<const LoadedVersion> version_;
  TrafficSplit split_;
  LatencyWindow canary_times_, production_times_;
  mutable std::mutex mutex_;
  evaluation::ErrorRateGuard errors_;
  evaluation::SampleRatioCheck ratio_;
  std::int64_t requests_[2] = {0, 0};  ///< Of production, of the canary.
  std::int64_t bad_[2] = {0, 0};
};

}  // namespace cairn::serving

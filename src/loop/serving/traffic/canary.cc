#include "loop/serving/traffic/canary.h"

namespace cairn::serving {

bool TrafficSplit::ToCanary() {
  // SplitMix64: the n-th number of a sequence that starts at the seed, so that threads need not share a
  // generator.
  std::uint64_t mixed = seed_ + (drawn_.fetch_add(1, std::memory_order_relaxed) + 1) * 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  mixed ^= mixed >> 31;
  return static_cast<double>(mixed >> 11) * 0x1p-53 < share_;
}

void Canary::Observe(bool is_canary, bool bad, std::int64_t micros) {
  (is_canary ? canary_times_ : production_times_).Add(micros);
  const std::lock_guard lock(mutex_);
  ++requests_[is_canary ? 1 : 0];
  if (bad) ++bad_[is_canary ? 1 : 0];
  errors_.Observe(is_canary, bad, split_.share());
  ratio_.Observe(is_canary, split_.share());
}

CanaryState Canary::State() const {
  CanaryState state;
  state.running = true;
  state.version = version_->offer().version;
  state.share = split_.share();
  state.canary_p99_ms = canary_times_.Now().p99_ms;
  state.production_p99_ms = production_times_.Now().p99_ms;
  const std::lock_guard lock(mutex_);
  state.production_requests = requests_[0];
  state.canary_requests = requests_[1];
  state.production_bad = bad_[0];
  state.canary_bad = bad_[1];
  state.e_value = errors_.Peak();
  state.sample_ratio_e_value = ratio_.Peak();
  return state;
}

}  // namespace cairn::serving

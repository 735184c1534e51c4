#include "loop/serving/traffic/canary.h"

namespace cairn::serving {

using evaluation::OddsEvidence;
using evaluation::OddsTest;

bool TrafficSplit::Draws(double share) {
  // SplitMix64: the n-th number of a sequence that starts at the seed, so that threads need not share a
  // generator.
  std::uint64_t mixed = seed_ + (drawn_.fetch_add(1, std::memory_order_relaxed) + 1) * 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  mixed ^= mixed >> 31;
  return static_cast<double>(mixed >> 11) * 0x1p-53 < share;
}

Canary::Canary(std::shared_ptr<const LoadedVersion> version, double share, CanaryRecord record,
               std::uint64_t seed, Awaited awaited)
    : version_(std::move(version)),
      share_(share),
      split_(seed),
      ended_(FaultOf(record) != CanaryFault::None),
      record_(std::move(record)),
      bad_(OddsTest::Worse, record_.bad_now, record_.bad),
      slow_(OddsTest::Worse, record_.slow_now, record_.slow),
      drawn_(OddsTest::Split, record_.split_now, record_.split),
      losses_(OddsTest::Worse, record_.losses_now, record_.losses),
      awaited_(std::move(awaited)) {}

Canary::Draw Canary::Next() {
  const double share = share_;
  if (ended_ || share == 0) return {};
  return {true, split_.Draws(share), share};
}

void Canary::Observe(const Draw& draw, bool bad, std::int64_t micros, std::span<const double> scores) {
  (draw.to_canary ? canary_times_ : production_times_).Add(micros);
  const std::lock_guard lock(mutex_);
  const bool slow =
      !bad && record_.slow_above_ms > 0 && static_cast<double>(micros) > record_.slow_above_ms * 1000;
  ++(draw.to_canary ? record_.canary_requests : record_.production_requests);
  drawn_.Observe(draw.to_canary, draw.share);
  if (!bad) record_.outputs.Add(draw.to_canary, scores);
  if (bad) {
    ++(draw.to_canary ? record_.canary_bad : record_.production_bad);
    bad_.Observe(draw.to_canary, draw.share);
  }
  if (slow) {
    ++(draw.to_canary ? record_.canary_slow : record_.production_slow);
    slow_.Observe(draw.to_canary, draw.share);
  }
  if ((bad || slow) && draw.to_canary && FaultOf(RecordNow()) != CanaryFault::None) ended_ = true;
}

void Canary::Await(const Draw& draw, std::string_view id, std::span<const double> scores) {
  const std::lock_guard lock(mutex_);
  awaited_.labels.Add(id, draw.to_canary, draw.share, scores);
}

void Canary::ObserveLabel(std::string_view id, double label) {
  const std::lock_guard lock(mutex_);
  // Before it had a share of the requests it was a shadow of others.
  if (const auto loss = awaited_.labels.Take(id, label)) {
    Count(*loss);
  } else if (const auto losses = awaited_.pairs.Take(id, label)) {
    Count(*losses);
  }
}

/// With the mutex held.
void Canary::Count(const AwaitedLabels::Loss& loss) {
  ++(loss.to_canary ? record_.canary_labelled : record_.production_labelled);
  (loss.to_canary ? record_.canary_loss : record_.production_loss) += loss.loss;
  if (!loss.is_event) return;
  losses_.Observe(loss.to_canary, loss.share);
  if (loss.to_canary && FaultOf(RecordNow()) != CanaryFault::None) ended_ = true;
}

/// With the mutex held.
void Canary::Count(const AwaitedPairs::Losses& losses) {
  if (!(record_.shadow_loss_alpha > 0)) return;
  record_.shadow_loss += losses.shadow;
  record_.shadow_production_loss += losses.production;
  record_.shadow_bet.Observe(losses.shadow - losses.production);
  if (losses.shadow > losses.production && FaultOf(RecordNow()) != CanaryFault::None) ended_ = true;
}

void Canary::ObserveShadow(std::string_view id, const std::optional<std::vector<double>>& canary,
                           const std::optional<std::vector<double>>& production) {
  constexpr double kHalf = 0.5;
  const std::lock_guard lock(mutex_);
  ++record_.shadow_requests;
  if (!canary) ++record_.shadow_bad;
  if (canary && production) {
    record_.outputs.Add(false, *production);
    record_.outputs.Add(true, *canary);
    awaited_.pairs.AddProduction(id, *production);
    awaited_.pairs.AddShadow(id, *canary);
  }
  if (canary.has_value() != production.has_value()) bad_.Observe(!canary, kHalf);
  if (!canary && FaultOf(RecordNow()) != CanaryFault::None) ended_ = true;
}

void Canary::LeaveOut() {
  const std::lock_guard lock(mutex_);
  ++record_.shadow_left_out;
}

/// With the mutex held.
CanaryRecord Canary::RecordNow() const {
  CanaryRecord record = record_;
  record.bad = bad_.at_peak();
  record.bad_now = bad_.counts();
  record.slow = slow_.at_peak();
  record.slow_now = slow_.counts();
  record.split = drawn_.at_peak();
  record.split_now = drawn_.counts();
  record.losses = losses_.at_peak();
  record.losses_now = losses_.counts();
  return record;
}

CanaryState Canary::State() const {
  CanaryState state;
  state.running = true;
  state.version = version_->offer().version;
  state.share = ended_ ? 0 : share_.load();
  state.canary_p99_ms = canary_times_.Now().p99_ms;
  state.production_p99_ms = production_times_.Now().p99_ms;
  const std::lock_guard lock(mutex_);
  state.record = RecordNow();
  return state;
}

}  // namespace cairn::serving

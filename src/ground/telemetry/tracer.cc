#include "ground/telemetry/tracer.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>

#include "ground/os/clock.h"

namespace cairn::telemetry {

void Tracer::Begin(const Sampling& sampling) {
  share_ = sampling.share;
  follows_parent_ = sampling.follows_parent;
  on_ = true;
}

void Tracer::End() {
  on_ = false;
  const std::lock_guard lock(mutex_);
  waiting_.clear();
}

bool Tracer::Keeps(const TraceContext& context) const {
  if (!IsOn()) return false;
  if (follows_parent_ && !context.parent_id.empty()) return context.sampled;
  const double share = share_;
  if (share >= 1) return true;
  // As OpenTelemetry's ratio sampler: the lower half of the id against the share of what it can be.
  const std::string_view low = std::string_view(context.trace_id).substr(16);
  std::uint64_t word = 0;
  std::from_chars(low.data(), low.data() + low.size(), word, 16);
  return static_cast<double>(word) < share * 18446744073709551616.0;
}

void Tracer::Take(std::vector<Span> spans) {
  {
    const std::lock_guard lock(mutex_);
    if (!on_) return;
    if (waiting_.size() + spans.size() <= kMostWaiting) {
      taken_ += spans.size();
      std::move(spans.begin(), spans.end(), std::back_inserter(waiting_));
      return;
    }
  }
  dropped_ += spans.size();
}

std::vector<Span> Tracer::Hand(std::size_t most) {
  const std::lock_guard lock(mutex_);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(most, waiting_.size()));
  std::vector<Span> handed(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return handed;
}

std::size_t Tracer::Waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::int64_t UnixNsAt(std::int64_t steady_ns) {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
  return now - (os::SteadyNs() - steady_ns);
}

}  // namespace cairn::telemetry

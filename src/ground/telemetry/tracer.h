#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ground/telemetry/trace_context.h"

namespace cairn::telemetry {

/// Something that was done for a trace, once it is over.
struct Span {
  enum class Kind { Internal = 1, Server = 2 };
  using Value = std::variant<std::string, std::int64_t, double, bool>;

  std::string trace_id;
  std::string span_id;
  std::string parent_id;  ///< "" for the first of its trace.
  std::string state;      ///< The trace's tracestate.
  std::string name;
  Kind kind = Kind::Internal;
  std::int64_t start_ns = 0, end_ns = 0;  ///< Since 1970, UTC.
  std::vector<std::pair<std::string, Value>> attributes;
  bool failed = false;
  std::string problem;  ///< Why, when it failed; may be "".
};

/// Where spans wait to be sent, and which traces are kept. It holds so many and no more: what comes when it
/// is full is dropped and counted, and nobody waits. Off until it is told otherwise. Safe from any thread.
class Tracer {
 public:
  static constexpr std::size_t kMostWaiting = 8192;

  struct Sampling {
    double share = 1;            ///< Of the traces that begin here, chosen by their ids.
    bool follows_parent = true;  ///< Whether the caller's decision stands for the others.
    friend bool operator==(const Sampling&, const Sampling&) = default;
  };

  void Begin(const Sampling& sampling);
  /// What waits is dropped, without being counted.
  void End();

  bool IsOn() const { return on_.load(std::memory_order_relaxed); }
  /// Whether the spans of that trace are to be made.
  bool Keeps(const TraceContext& context) const;
  /// The spans of one request: all of them, or, when there is no room, none.
  void Take(std::vector<Span> spans);
  /// Up to `most` of those that wait, oldest first.
  std::vector<Span> Hand(std::size_t most);
  std::size_t Waiting() const;

  /// Spans since the program began.
  std::uint64_t taken() const { return taken_; }
  std::uint64_t dropped() const { return dropped_; }
  /// Spans that were handed out and could not be delivered.
  void Lost(std::uint64_t spans) { dropped_ += spans; }

 private:
  std::atomic<bool> on_ = false;
  std::atomic<double> share_ = 1;
  std::atomic<bool> follows_parent_ = true;
  std::atomic<std::uint64_t> taken_ = 0, dropped_ = 0;
  mutable std::mutex mutex_;
  std::vector<Span> waiting_;
};

/// The moment on the calendar, in nanoseconds since 1970, at which os::SteadyNs() said `steady_ns`.
std::int64_t UnixNsAt(std::int64_t steady_ns);

}  // namespace cairn::telemetry

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace cairn::tracking {

/// How many records satisfied what was asked a short time ago. A search chooses its way by such numbers: an
/// old one may make it slower, never wrong. Safe from any thread.
class MatchCounts {
 public:
  /// At most `most`, or nothing when it was not counted that far within the last ten seconds.
  std::optional<std::int64_t> Find(const std::string& question, std::int64_t most);
  /// `count` as it was found by counting up to `most`.
  void Keep(const std::string& question, std::int64_t most, std::int64_t count);

 private:
  using Clock = std::chrono::steady_clock;
  struct Counted {
    std::int64_t count = 0;
    std::int64_t most = 0;
    Clock::time_point at;
  };

  std::mutex mutex_;
  std::map<std::string, Counted> counted_;
};

}  // namespace cairn::tracking

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace cairn::inference {

/// How many calls run at once; the others wait. Safe from any thread.
class Places {
 public:
  explicit Places(int places) : free_(places) {}

  /// One place, until it is given back; false when there was none before the deadline.
  [[nodiscard]] bool Take(std::chrono::system_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (!given_back_.wait_until(lock, deadline, [this] { return free_ > 0; })) return false;
    --free_;
    return true;
  }
  void GiveBack() {
    {
      const std::lock_guard lock(mutex_);
      ++free_;
    }
    given_back_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_back_;
  int free_;
};

}  // namespace cairn::inference

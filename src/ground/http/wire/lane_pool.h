#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cairn::http::wire {

/// Threads behind a bounded queue. Threads start when they are first needed.
class LanePool {
 public:
  LanePool(std::size_t threads, std::size_t queue);
  /// Stops.
  ~LanePool();

  /// False when all threads are busy and the queue is full, or after Stop. Safe from any thread.
  bool TryRun(std::function<void()> work);
  /// Finishes what runs, drops (destroys) what waits, ends the threads.
  void Stop();

 private:
  void Work();

  const std::size_t threads_limit_;
  const std::size_t accepted_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t accepted_ = 0;  ///< Waiting or running.
  bool stopped_ = false;
};

}  // namespace cairn::http::wire

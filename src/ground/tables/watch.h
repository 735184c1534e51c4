#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace cairn::tables {

/// Calls `interrupt` again and again from the moment that `stop` is asked for or `time` is over, until this
/// ends. (Once is not enough: an interrupt that comes just before the work starts is forgotten.) Costs
/// nothing when neither can happen.
class Watch {
 public:
  Watch(std::stop_token stop, std::optional<std::chrono::milliseconds> time, std::function<void()> interrupt);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Whether an end was asked for (otherwise, time ran out).
  bool stopped() const { return stop_.stop_requested(); }

 private:
  void Wait(std::optional<std::chrono::milliseconds> time);

  std::stop_token stop_;
  std::function<void()> interrupt_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace cairn::tables

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "ground/os/clock.h"
#include "ledger/metadata/event.h"
#include "loop/serving/prediction_log.h"

namespace cairn::serving {

/// Writes an event when a fallback begins to answer, and one when models have answered kCalm requests in a
/// row again; and one of how many answers a full disk kept out of the prediction log, once it takes them
/// again: never one a request. Told from any thread without waiting for the store; a thread of its own
/// writes.
class FallbackWatch {
 public:
  /// Both must outlive it.
  FallbackWatch(PredictionLog& log, const os::Clock& clock);
  /// Writes what is still to be written.
  ~FallbackWatch();

  static constexpr std::int64_t kCalm = 100;

  void FellBack(const std::string& model, std::int64_t version, const std::string& why);
  void Answered(const std::string& model, std::int64_t version);
  /// The log had no room for an answer; or it has taken one.
  void Lost() { ++lost_, ++untold_; }
  void Logged(const std::string& model);

  std::int64_t fallbacks() const { return fallbacks_; }
  bool falling_back() const { return falling_back_; }
  std::int64_t lost() const { return lost_; }

 private:
  void Note(const char* state, const std::string& model, std::int64_t version, const std::string& why);
  void Note(metadata::Event event);
  void Write(const std::stop_token& stop);

  PredictionLog& log_;
  const os::Clock& clock_;
  std::atomic<std::int64_t> fallbacks_ = 0;
  std::atomic<bool> falling_back_ = false;
  std::atomic<std::int64_t> calm_ = 0;
  std::atomic<std::int64_t> lost_ = 0, untold_ = 0;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::pair<TimeMs, metadata::Event>> notes_;
  std::jthread writer_;
};

}  // namespace cairn::serving

#include "loop/serving/traffic/fallback_watch.h"

#include <chrono>

namespace cairn::serving {

FallbackWatch::FallbackWatch(PredictionLog& log, const os::Clock& clock) : log_(log), clock_(clock) {
  writer_ = std::jthread([this](std::stop_token stop) { Write(stop); });
}

FallbackWatch::~FallbackWatch() {
  writer_.request_stop();
  writer_.join();
}

void FallbackWatch::FellBack(const std::string& model, std::int64_t version, const std::string& why) {
  ++fallbacks_;
  calm_ = 0;
  if (!falling_back_.exchange(true)) Note("began", model, version, why);
}

void FallbackWatch::Answered(const std::string& model, std::int64_t version) {
  if (!falling_back_.load(std::memory_order_relaxed) || ++calm_ < kCalm) return;
  if (falling_back_.exchange(false)) Note("ended", model, version, "");
}

void FallbackWatch::Logged(const std::string& model) {
  if (untold_.load(std::memory_order_relaxed) == 0) return;
  const std::int64_t lost = untold_.exchange(0);
  if (lost == 0) return;
  Note({.kind = "serving.log_lost",
        .subject = "model:" + model,
        .actor = "system",
        .cause = "",
        .body = Json{{"model", model}, {"requests", lost}}});
}

void FallbackWatch::Note(const char* state, const std::string& model, std::int64_t version,
                         const std::string& why) {
  Note({.kind = "serving.fallback",
        .subject = "model:" + model + (version > 0 ? "/" + std::to_string(version) : ""),
        .actor = "system",
        .cause = "",
        .body = Json{{"model", model},
                     {"version", version > 0 ? std::to_string(version) : ""},
                     {"state", state},
                     {"reason", why},
                     {"fallbacks", fallbacks_.load()}}});
}

void FallbackWatch::Note(metadata::Event event) {
  {
    const std::lock_guard lock(mutex_);
    notes_.emplace_back(clock_.Now(), std::move(event));
  }
  wake_.notify_one();
}

void FallbackWatch::Write(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, stop, [this] { return !notes_.empty(); });
    if (notes_.empty()) return;
    const auto [at, event] = notes_.front();
    lock.unlock();
    const auto written = log_.Note(at, event);
    lock.lock();
    if (written || stop.stop_requested()) {
      notes_.pop_front();
    } else {
      // The store is full or away: the note waits for it.
      wake_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    }
  }
}

}  // namespace cairn::serving

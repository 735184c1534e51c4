#include "app/carrier.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

namespace cairn::app {
namespace {

using std::chrono::seconds;

constexpr seconds kLook{5}, kLongest{300}, kRemoveEvery{60};

}  // namespace

Carrier::Carrier(serving::PredictionLog& log, serving::Shipping& shipping, Keep keep, const os::Clock& clock,
                 telemetry::Log& journal)
    : log_(log),
      shipping_(shipping),
      keep_(std::move(keep)),
      clock_(clock),
      journal_(journal),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void Carrier::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  seconds pause = kLook, ship_in = kLook, remove_in = kLook;
  while (!stop.stop_requested()) {
    wake.wait_for(lock, stop, kLook, [] { return false; });
    if (stop.stop_requested()) return;
    ship_in -= kLook;
    remove_in -= kLook;
    if (ship_in <= seconds(0)) {
      pause = Ship(stop) ? kLook : std::min(kLongest, 2 * pause);
      ship_in = pause;
    }
    if (remove_in > seconds(0)) continue;
    Remove();
    remove_in = kRemoveEvery;
  }
}

bool Carrier::Ship(const std::stop_token& stop) {
  if (shipping_.state().waiting == 0) return true;
  const auto shipped = shipping_.Ship(stop);
  if (stop.stop_requested()) return true;
  Tell("the prediction log could not be shipped", shipped ? "" : shipped.error().message, shipping_trouble_);
  return bool(shipped);
}

void Carrier::Remove() {
  const std::int64_t keep = keep_();
  if (keep <= 0) return;
  const auto safe = shipping_.Safe();
  const auto removed =
      log_.Remove(clock_.Now() - keep, [&](std::int64_t number) { return !safe || safe->contains(number); });
  Tell("old predictions could not be removed", removed ? "" : removed.error().message, removing_trouble_);
}

void Carrier::Tell(const char* what, const std::string& problem, std::string& last) {
  if (!problem.empty() && problem != last)
    journal_.Write(telemetry::Level::Warning, what, {{"problem", problem}});
  last = problem;
}

}  // namespace cairn::app

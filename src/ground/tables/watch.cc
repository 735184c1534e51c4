#include "ground/tables/watch.h"

namespace cairn::tables {

Watch::Watch(std::stop_token stop, std::optional<std::chrono::milliseconds> time,
             std::function<void()> interrupt)
    : stop_(std::move(stop)), interrupt_(std::move(interrupt)) {
  if (time || stop_.stop_possible()) thread_ = std::thread([this, time] { Wait(time); });
}

Watch::~Watch() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watch::Wait(std::optional<std::chrono::milliseconds> time) {
  std::unique_lock lock(mutex_);
  const auto over = [this] { return over_; };
  if (time)
    woken_.wait_for(lock, stop_, *time, over);
  else
    woken_.wait(lock, stop_, over);
  while (!over_) {
    interrupt_();
    woken_.wait_for(lock, std::chrono::milliseconds(2), over);
  }
}

}  // namespace cairn::tables

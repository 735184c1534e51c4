#include "ground/http/wire/lane_pool.h"

#include <algorithm>
#include <utility>

namespace cairn::http::wire {

LanePool::LanePool(std::size_t threads, std::size_t queue)
    : threads_limit_(std::max<std::size_t>(threads, 1)), accepted_limit_(threads_limit_ + queue) {}

LanePool::~LanePool() { Stop(); }

bool LanePool::TryRun(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || accepted_ >= accepted_limit_) return false;
    ++accepted_;
    queue_.push_back(std::move(work));
    if (accepted_ > threads_.size() && threads_.size() < threads_limit_) {
      threads_.emplace_back([this] { Work(); });
      return true;
    }
  }
  // Not under the lock, which the thread that wakes up takes first of all.
  wake_.notify_one();
  return true;
}

void LanePool::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
    if (stopped_) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
    --accepted_;
    // Telling the caller comes after giving the place back: its next request must find it free.
    lock.unlock();
    work = nullptr;
    lock.lock();
  }
}

void LanePool::Stop() {
  std::deque<std::function<void()>> dropped;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(queue_);
    threads.swap(threads_);
  }
  wake_.notify_all();
  dropped.clear();
  for (auto& thread : threads) thread.join();
}

}  // namespace cairn::http::wire

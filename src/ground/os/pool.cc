#include "ground/os/pool.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>

#include "ground/os/signals.h"

namespace cairn::os {

WorkerPool::WorkerPool(const std::string& name, unsigned threads, std::size_t queue) : capacity_(queue) {
  const SignalsBlocked blocked;
  for (unsigned i = 0; i < std::max(threads, 1u); ++i) {
    threads_.emplace_back([this] { Work(); });
    pthread_setname_np(threads_.back().native_handle(), name.substr(0, 15).c_str());
  }
}

WorkerPool::~WorkerPool() { Stop(); }

bool WorkerPool::Submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void WorkerPool::Stop() {
  stop_.request_stop();
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void WorkerPool::WaitUntilIdle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && running_ == 0; });
}

std::size_t WorkerPool::Waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    task(stop_.get_token());
    task = nullptr;  // What it holds is released before the pool is idle, and not under the lock.
    lock.lock();
    --running_;
    if (queue_.empty() && running_ == 0) idle_.notify_all();
  }
}

void ForEachIndex(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> others;
  {
    const SignalsBlocked blocked;
    for (std::size_t i = 1; i < std::min<std::size_t>(threads, count); ++i) others.emplace_back(take);
  }
  take();
  for (std::thread& other : others) other.join();
}

Result<> TryEachIndex(std::size_t count, unsigned threads, const std::function<Result<>(std::size_t)>& work) {
  std::vector<Result<>> outcomes(count);
  std::atomic<bool> failed = false;
  ForEachIndex(count, threads, [&](std::size_t i) {
    if (failed) return;
    outcomes[i] = work(i);
    if (!outcomes[i]) failed = true;
  });
  for (auto& outcome : outcomes) CAIRN_TRY(std::move(outcome));
  return {};
}

unsigned Processors() {
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&usable), 1));
}

}  // namespace cairn::os

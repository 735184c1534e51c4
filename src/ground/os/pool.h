#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// A fixed number of threads that take tasks from a bounded queue, in the order they came. Safe from any
/// thread.
class WorkerPool {
 public:
  /// The token is requested once the pool stops: a long task ends early then. A task that throws ends the
  /// program.
  using Task = std::function<void(std::stop_token)>;

  /// `name` (at most 15 characters) is what the threads are called in the system's lists.
  WorkerPool(const std::string& name, unsigned threads, std::size_t queue);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full or the pool has stopped: the task will not run.
  [[nodiscard]] bool Submit(Task task);
  /// Takes no more, asks those that run to end, runs what is queued and waits for all of it. Not from one of
  /// its own tasks.
  void Stop();
  /// Waits until nothing is queued and nothing runs.
  void WaitUntilIdle();
  /// Tasks that wait for a thread.
  std::size_t Waiting() const;

 private:
  void Work();

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable idle_;
  std::deque<Task> queue_;
  std::size_t running_ = 0;
  bool stopped_ = false;
  std::stop_source stop_;
  std::vector<std::thread> threads_;
};

/// Calls `work` once for each of 0…count-1, by so many threads (this one among them); comes back when all are
/// done. Calls start in order.
void ForEachIndex(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work);
/// The same for work that may fail: the first error by index. Nothing more begins once something has failed.
Result<> TryEachIndex(std::size_t count, unsigned threads, const std::function<Result<>(std::size_t)>& work);
/// Processors this process may use.
unsigned Processors();

}  // namespace cairn::os

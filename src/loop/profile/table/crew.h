#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "ground/os/pool.h"

namespace cairn::profile {

/// A few threads that share one piece of work after another; the caller is one of them.
class Crew {
 public:
  explicit Crew(unsigned threads)
      : others_(threads < 2 ? 0 : threads - 1), pool_("cairn-profile", others_, others_ + 1) {}

  /// Calls `work(i)` once for each of 0…count-1 and comes back when all are done.
  void ForEach(std::size_t count, std::function<void(std::size_t)> work) {
    Begin(count, std::move(work));
    Finish();
  }
  /// The same in two steps: the others set about it, and Finish, which must follow, helps them with the rest.
  void Begin(std::size_t count, std::function<void(std::size_t)> work) {
    work_ = std::move(work);
    count_ = count;
    next_ = 0;
    for (unsigned i = 0; i < others_ && i < count; ++i)
      (void)pool_.Submit([this](std::stop_token) { TakeAll(); });
  }
  void Finish() {
    TakeAll();
    if (others_ > 0) pool_.WaitUntilIdle();
    count_ = 0;
  }

 private:
  void TakeAll() {
    for (std::size_t i = next_++; i < count_; i = next_++) work_(i);
  }

  std::function<void(std::size_t)> work_;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_ = 0;
  unsigned others_;
  os::WorkerPool pool_;
};

}  // namespace cairn::profile

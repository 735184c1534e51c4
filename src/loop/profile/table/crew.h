#pragma once

#include <atomic>
#include <cstddef>

#include "ground/os/pool.h"

namespace cairn::profile {

/// A few threads that share one piece of work after another; the caller is one of them.
class Crew {
 public:
  explicit Crew(unsigned threads)
      : others_(threads < 2 ? 0 : threads - 1), pool_("cairn-profile", others_, others_ + 1) {}

  /// Calls `work(i)` once for each of 0…count-1 and comes back when all are done.
  template <class Work>
  void ForEach(std::size_t count, const Work& work) {
    std::atomic<std::size_t> next = 0;
    const auto take = [&] {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    };
    for (unsigned i = 0; i < others_ && i + 1 < count; ++i)
      (void)pool_.Submit([&](std::stop_token) { take(); });
    take();
    if (others_ > 0) pool_.WaitUntilIdle();
  }

 private:
  unsigned others_;
  os::WorkerPool pool_;
};

}  // namespace cairn::profile

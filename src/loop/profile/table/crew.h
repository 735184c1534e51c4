#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "ground/os/pool.h"

namespace cairn::profile {

/// A few threads that share one piece of work after another; the caller is one of them. Between pieces that
/// follow each other within a millisecond they stay awake: threads that wake each other at every piece end up
/// on one processor, and the others idle.
class Crew {
 public:
  explicit Crew(unsigned threads);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Calls `work(i)` once for each of 0…count-1 and comes back when all are done. Calls begin in order: let
  /// the longest be the first.
  void ForEach(std::size_t count, std::function<void(std::size_t)> work);
  /// The same in two steps: the others set about it, and Finish, which must follow, helps them with the rest.
  void Begin(std::size_t count, std::function<void(std::size_t)> work);
  void Finish();

 private:
  void Serve();
  void TakeAll();

  std::function<void(std::size_t)> work_;
  std::uint32_t count_ = 0;
  /// The number of the piece above, how many calls of it have not begun below: who lowers it makes the call.
  std::atomic<std::uint64_t> piece_ = 0;
  std::atomic<std::uint32_t> unfinished_ = 0;
  std::atomic<bool> closed_ = false;
  os::WorkerPool pool_;
};

}  // namespace cairn::profile

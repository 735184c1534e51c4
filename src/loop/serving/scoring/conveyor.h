#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "ground/vocabulary/result.h"

namespace cairn::serving {

/// Carries pieces of work from one thread that has them, through threads that each do one at a time, to one
/// thread that takes what came of them in the order of the pieces. At most `room` pieces are under way. The
/// first error ends it for all.
template <class Piece, class Made>
class Conveyor {
 public:
  explicit Conveyor(std::size_t room) : room_(room) {}

  /// Waits for room. False when it has ended: nothing more is wanted.
  bool Put(Piece piece) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || put_ - taken_ < room_; });
    if (ended_) return false;
    waiting_.emplace_back(put_++, std::move(piece));
    changed_.notify_all();
    return true;
  }
  /// No more pieces come: all were put, or an error ended them.
  void Finish(Result<> outcome) {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    if (!outcome) EndWith(outcome.error());
    changed_.notify_all();
  }

  /// The next piece with its number; nothing when there are no more.
  std::optional<std::pair<std::size_t, Piece>> Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || !waiting_.empty() || finished_; });
    if (ended_ || waiting_.empty()) return std::nullopt;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    return next;
  }
  void Give(std::size_t number, Result<Made> made) {
    const std::lock_guard lock(mutex_);
    if (made) {
      made_.emplace(number, *std::move(made));
    } else {
      EndWith(made.error());
    }
    changed_.notify_all();
  }

  /// What came of the next piece; nothing when all were taken; the first error.
  Result<std::optional<Made>> Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || made_.contains(taken_) || (finished_ && taken_ == put_); });
    if (ended_) return *ended_;
    const auto found = made_.find(taken_);
    if (found == made_.end()) return std::optional<Made>();
    std::optional<Made> made(std::move(found->second));
    made_.erase(found);
    ++taken_;
    changed_.notify_all();
    return made;
  }
  /// Ends it, so that nobody waits any more.
  void Stop() {
    const std::lock_guard lock(mutex_);
    EndWith({Reason::Conflict, "The scoring was stopped."});
    changed_.notify_all();
  }

 private:
  void EndWith(const Error& error) {
    if (!ended_) ended_ = error;
  }

  const std::size_t room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t put_ = 0, taken_ = 0;
  bool finished_ = false;
  std::optional<Error> ended_;
  std::deque<std::pair<std::size_t, Piece>> waiting_;
  std::map<std::size_t, Made> made_;
};

}  // namespace cairn::serving

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "loop/serving/service.h"
#include "loop/serving/traffic/canary.h"

namespace cairn::serving {

/// Puts requests to a canary as well as to production, on a thread of its own: nobody sees what it
/// says, nobody waits for it, and it is compared. When it cannot keep up requests are left out: which ones
/// depends on when they came, not on what anybody answered. Safe from any thread.
class Shadow {
 public:
  /// What a shadow said is given to `keep` before it counts, on the shadow's thread.
  struct Said {
    std::string id;  ///< Of the request.
    std::int64_t version = 0;
    std::vector<double> scores;
    std::int64_t micros = 0;  ///< That the model took.
  };
  explicit Shadow(std::function<void(const Said&)> keep);
  /// Leaves out what still waits.
  ~Shadow();

  /// `scores` are production's own; none when it failed. Copies both, or leaves them out. `id` is the
  /// request's.
  void Mirror(const std::shared_ptr<Canary>& canary, const Question& question, const std::string& id,
              std::optional<std::vector<double>> scores);
  /// Comes back when nothing waits and nothing runs.
  void WaitUntilIdle();

 private:
  struct Mirrored {
    std::shared_ptr<Canary> canary;
    Question question;
    std::optional<std::vector<double>> scores;
  };
  void Work(const std::stop_token& stop);
  void Ask(const Mirrored& mirrored) const;

  const std::function<void(const Said&)> keep_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Mirrored> waiting_;
  bool busy_ = false;
  std::jthread worker_;
};

}  // namespace cairn::serving

#include "loop/serving/traffic/shadow.h"

#include <utility>

namespace cairn::serving {
namespace {

constexpr std::size_t kMostWaiting = 64;
constexpr std::int64_t kLast = 9;  ///< Priority: those who wait for an answer go first.

}  // namespace

Shadow::Shadow() : worker_([this](const std::stop_token& stop) { Work(stop); }) {}

Shadow::~Shadow() {
  worker_.request_stop();
  worker_.join();
}

void Shadow::Mirror(const std::shared_ptr<Canary>& canary, const Question& question,
                    std::optional<std::vector<double>> scores) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) return canary->LeaveOut();
    waiting_.push_back({canary, question, std::move(scores)});
    waiting_.back().question.stop = {};
  }
  changed_.notify_all();
}

void Shadow::WaitUntilIdle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

void Shadow::Work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    const Mirrored mirrored = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    const auto& version = mirrored.canary->version();
    const auto inputs = version.Bind(mirrored.question);
    const auto outcome = inputs ? version.Run(*inputs, mirrored.question.rows, runtime::Turn{kLast, 0, {}})
                                : Result<LoadedVersion::Outcome>(inputs.error());
    if (outcome && outcome->fate != runtime::Ran::Fate::Answered) {
      mirrored.canary->LeaveOut();
    } else {
      mirrored.canary->ObserveShadow(outcome ? std::optional(outcome->scores) : std::nullopt,
                                     mirrored.scores);
    }
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace cairn::serving

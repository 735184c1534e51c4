#include "loop/serving/traffic/shadow.h"

#include <utility>

namespace cairn::serving {
namespace {

constexpr std::size_t kMostWaiting = 64;
constexpr std::int64_t kLast = 9;  ///< Priority: those who wait for an answer go first.

}  // namespace

Shadow::Shadow(std::function<void(const Said&)> keep)
    : keep_(std::move(keep)), worker_([this](const std::stop_token& stop) { Work(stop); }) {}

Shadow::~Shadow() {
  worker_.request_stop();
  worker_.join();
}

void Shadow::Mirror(const std::shared_ptr<Canary>& canary, const Question& question, const std::string& id,
                    std::optional<std::vector<double>> scores) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) return canary->LeaveOut();
    waiting_.push_back({canary, question, std::move(scores)});
    waiting_.back().question.stop = {};
    waiting_.back().question.id = id;
  }
  changed_.notify_all();
}

void Shadow::WaitUntilIdle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

void Shadow::Ask(const Mirrored& mirrored) const {
  const auto& [canary, question, scores] = mirrored;
  const auto& version = canary->version();
  const auto inputs = version.Bind(question);
  const auto outcome = inputs ? version.Run(*inputs, question.rows, runtime::Turn{kLast, 0, {}})
                              : Result<LoadedVersion::Outcome>(inputs.error());
  if (!outcome || outcome->broken) return canary->ObserveShadow(question.id, std::nullopt, scores);
  if (outcome->fate != runtime::Ran::Fate::Answered) return canary->LeaveOut();
  keep_({question.id, version.offer().version, outcome->scores, outcome->run_ns / 1000});
  canary->ObserveShadow(question.id, outcome->scores, scores);
}

void Shadow::Work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    const Mirrored mirrored = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    Ask(mirrored);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace cairn::serving

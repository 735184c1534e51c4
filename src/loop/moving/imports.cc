#include "loop/moving/imports.h"

#include <chrono>

#include "ground/os/identity.h"

namespace cairn::moving {

Imports::~Imports() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

Result<std::string> Imports::Begin(ImportRequest request) {
  const std::lock_guard lock(mutex_);
  if (!done_)
    return Error{Reason::Conflict,
                 "Another import is running; wait until it has ended, then give this one again."};
  if (thread_.joinable()) thread_.join();
  id_ = os::NewHexId();
  done_ = false;
  ++turn_;
  progress_ = {};
  outcome_.reset();
  thread_ = std::jthread([this, id = id_, request = std::move(request)](std::stop_token stop) {
    Work(id, request, std::move(stop));
  });
  return id_;
}

void Imports::Work(const std::string& id, const ImportRequest& request, std::stop_token stop) {
  auto outcome = Import(target_, request, std::move(stop), [this](const Progress& progress) {
    const std::lock_guard lock(mutex_);
    progress_ = progress;
    ++turn_;
    changed_.notify_all();
  });
  const std::lock_guard lock(mutex_);
  if (id_ != id) return;
  outcome_.emplace(std::move(outcome));
  done_ = true;
  ++turn_;
  changed_.notify_all();
}

Result<Json> Imports::Look(const std::string& id, std::int64_t turn, std::int64_t patience_ms) {
  std::unique_lock lock(mutex_);
  if (id != id_)
    return Error{Reason::NotFound, "There is no import with the id '" + id + "' here (any more)."};
  changed_.wait_for(lock, std::chrono::milliseconds(patience_ms), [&] { return turn_ != turn || done_; });
  if (done_ && !*outcome_) return outcome_->error();
  Json state{{"id", id_},
             {"turn", turn_},
             {"done", done_},
             {"doing", progress_.doing},
             {"runs", progress_.runs},
             {"points", progress_.points},
             {"files", progress_.files},
             {"bytes", progress_.bytes}};
  if (done_) state.Set("report", **outcome_);
  return state;
}

}  // namespace cairn::moving

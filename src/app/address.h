#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::app {

/// Where this program's HTTP doors are reached. Known only to who opens them, and opened perhaps only when
/// somebody asks. Safe from any thread.
class Address {
 public:
  using Source = std::function<Result<std::string>()>;

  void Set(Source source) {
    const std::lock_guard lock(mutex_);
    source_ = std::move(source);
  }
  /// "http://127.0.0.1:8080". Unavailable while no door is open.
  Result<std::string> Ask() const {
    const std::lock_guard lock(mutex_);
    if (!source_) return Error{Reason::Unavailable, "this process has no address that a stage could reach"};
    return source_();
  }

 private:
  mutable std::mutex mutex_;
  Source source_;
};

}  // namespace cairn::app

#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "loop/moving/import.h"

namespace cairn::moving {

/// Counts how far an import is, and tells each change. Safe from any thread.
class Meter {
 public:
  explicit Meter(const std::function<void(const Progress&)>& tell) : tell_(tell) {}
  void Do(std::string what) {
    Change([&](Progress& p) { p.doing = std::move(what); });
  }
  void Runs() {
    Change([](Progress& p) { ++p.runs; });
  }
  void Points(std::int64_t points) {
    Change([&](Progress& p) { p.points += points; });
  }
  void File(std::uint64_t bytes) {
    Change([&](Progress& p) {
      ++p.files;
      p.bytes += static_cast<std::int64_t>(bytes);
    });
  }

 private:
  void Change(const std::function<void(Progress&)>& change) {
    Progress now;
    {
      const std::lock_guard lock(mutex_);
      change(progress_);
      now = progress_;
    }
    tell_(now);
  }
  const std::function<void(const Progress&)>& tell_;
  std::mutex mutex_;
  Progress progress_;
};

}  // namespace cairn::moving

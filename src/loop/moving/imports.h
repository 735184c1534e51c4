#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "loop/moving/import.h"

namespace cairn::moving {

/// Runs imports one at a time on a thread of its own, so that whoever asked for one can look how far it is.
/// Safe from any thread. An import that runs when this ends is asked to end and waited for.
class Imports {
 public:
  /// What `target` refers to must outlive this.
  explicit Imports(Target target) : target_(std::move(target)) {}
  ~Imports();

  /// Gives the id of the import that now runs. Conflict while another one does.
  Result<std::string> Begin(ImportRequest request);

  /// {"id", "turn", "done", "doing", "runs", "points", "files", "bytes"} and, when done, "report". Waits
  /// until the state is another than `turn` said, at most `patience_ms`. The import's own error when it
  /// failed; NotFound for another id than the last one's.
  Result<Json> Look(const std::string& id, std::int64_t turn, std::int64_t patience_ms);

 private:
  void Work(const std::string& id, const ImportRequest& request, std::stop_token stop);

  const Target target_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string id_;
  std::int64_t turn_ = 0;
  Progress progress_;
  bool done_ = true;
  std::optional<Result<Json>> outcome_;
  std::jthread thread_;
};

}  // namespace cairn::moving

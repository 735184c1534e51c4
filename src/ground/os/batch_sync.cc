#include "ground/os/batch_sync.h"

#include <utility>

#include "ground/os/files.h"

namespace cairn::os {
namespace {

/// Fewer are on disk before another thread has begun.
constexpr std::size_t kWorthIt = 4'096;

}  // namespace

BatchSync::BatchSync(std::string folder) : folder_(std::move(folder)) {}

BatchSync::~BatchSync() {
  if (thread_.joinable()) thread_.join();
}

void BatchSync::Wrote() {
  const std::lock_guard lock(mutex_);
  if (++written_ < kWorthIt || ahead_) return;
  // The one before has ended.
  if (thread_.joinable()) thread_.join();
  written_ = 0;
  ahead_ = true;
  thread_ = std::thread([this] { SyncAhead(); });
}

void BatchSync::SyncAhead() {
  Result<> synced = SyncFileSystem(folder_);
  const std::lock_guard lock(mutex_);
  if (outcome_) outcome_ = std::move(synced);
  ahead_ = false;
}

Result<> BatchSync::Finish() {
  const Result<> synced = SyncFileSystem(folder_);
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  written_ = 0;
  Result<> before = std::exchange(outcome_, Result<>());
  return before ? synced : before;
}

}  // namespace cairn::os

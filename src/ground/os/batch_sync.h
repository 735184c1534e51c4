#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// Puts many files of one file system on disk while more of them are being written, so that the wait at the
/// end is a short one: of 20,000 small files the system finds their places, which is what a sync takes its
/// time for, beside the writing instead of after it.
class BatchSync {
 public:
  /// `folder` need not be there before the first Finish.
  explicit BatchSync(std::string folder);
  ~BatchSync();
  BatchSync(const BatchSync&) = delete;
  BatchSync& operator=(const BatchSync&) = delete;

  /// One more file is written. Safe from any thread; Finish is for when nobody writes.
  void Wrote();
  /// Everything that was written before is on disk; the first error of the syncs since the last time.
  Result<> Finish();

 private:
  void SyncAhead();

  const std::string folder_;
  std::mutex mutex_;  ///< Of what follows.
  std::size_t written_ = 0;
  bool ahead_ = false;  ///< Whether `thread_` is at work.
  Result<> outcome_;    ///< Of the syncs ahead: each error is told once by the system.
  std::thread thread_;
};

}  // namespace cairn::os

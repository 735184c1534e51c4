#pragma once

#include <string>
#include <utility>

#include "ground/vocabulary/result.h"

namespace cairn::sql {

/// The right to use a SQLite store, held by one opener at a time through a kernel lock on "<path>.lock"; the
/// kernel gives it back however the process ends. The file stays and names its last owner.
class OwnerLock {
 public:
  /// Unavailable when another process (or another opener in this one) has it; the message names the owner.
  static Result<OwnerLock> Take(const std::string& path);
  OwnerLock(OwnerLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  OwnerLock& operator=(OwnerLock&&) = delete;
  ~OwnerLock();

 private:
  explicit OwnerLock(int file) : file_(file) {}
  int file_;
};

}  // namespace cairn::sql

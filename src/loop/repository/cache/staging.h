#pragma once

#include <string>

#include "ground/os/file_lock.h"
#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// A folder for files in the making, on the file system where they will lie; gone with all that is still in
/// it when it goes out of scope. What processes left that were killed is cleared away by the next that
/// begins.
class Staging {
 public:
  /// `parent` is made when it is not there, holds nothing else, and goes with the last that is in it.
  static Result<Staging> Begin(const std::string& parent);
  Staging(Staging&&) noexcept = default;
  Staging& operator=(Staging&&) = delete;
  ~Staging();

  const std::string& folder() const { return folder_; }

 private:
  Staging(std::string folder, os::FileLock lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::string folder_;
  os::FileLock lock_;  ///< Held as long as this process lives.
};

}  // namespace cairn::repository

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ground/os/descriptor.h"
#include "ground/vocabulary/result.h"

namespace cairn::os {

/// Holds flock(2) on a file, which no other process and no other FileLock can hold meanwhile; given back when
/// it goes out of scope or the process dies.
class FileLock {
 public:
  /// Makes the file when it is not there; nothing when somebody else holds the lock.
  static Result<std::optional<FileLock>> Try(const std::string& path);
  /// Waits until it is free.
  static Result<FileLock> Wait(const std::string& path);

  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&&) noexcept = default;

  /// Puts `text` into the file, for whoever wonders who holds it.
  Result<> Say(const std::string& text);
  /// Removes the file while the lock is held, so that no other holder can lose it.
  Result<> RemoveFile();

 private:
  FileLock(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  Descriptor file_;
};

}  // namespace cairn::os

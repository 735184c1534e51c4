#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// A file that only grows. What Sync has confirmed survives a loss of power; what was appended later survives
/// the death of this process, but of a power loss any part of it may be left: its reader must recognise a
/// torn tail (length and checksum per record). Append is for one thread at a time; Sync and size are safe
/// from any thread, also during an Append.
class AppendFile {
 public:
  virtual ~AppendFile() = default;

  /// All of `bytes`, or an error and none of them. Exhausted when the disk is full; the file can be used
  /// again when there is space.
  virtual Result<> Append(std::string_view bytes) = 0;
  /// Everything appended before the call is on disk when it succeeds. After a failure the file refuses
  /// everything (Corrupt): what the system still holds of it is unknown, so only reading it anew helps.
  virtual Result<> Sync() = 0;
  /// Bytes in the file, with those it had when it was opened.
  virtual std::uint64_t size() const = 0;
};

/// Where append-only files are. Safe from any thread.
class Disk {
 public:
  virtual ~Disk() = default;

  /// Makes the file when it is not there, so that its name survives a loss of power; goes on at its end
  /// otherwise. The folder must exist.
  virtual Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path) = 0;
  virtual Result<std::string> Read(const std::string& path) const = 0;
  /// The names of the files in a folder, sorted; none for a folder that is not there.
  virtual Result<std::vector<std::string>> List(const std::string& folder) const = 0;
  /// Cuts a torn tail off, durably: the file has `size` bytes then. Nobody may have it open.
  virtual Result<> Cut(const std::string& path, std::uint64_t size) = 0;
  /// Fine when it is not there. Nobody may append to it.
  virtual Result<> Remove(const std::string& path) = 0;
};

/// The machine's files.
class SystemDisk final : public Disk {
 public:
  Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path) override;
  Result<std::string> Read(const std::string& path) const override;
  Result<std::vector<std::string>> List(const std::string& folder) const override;
  Result<> Cut(const std::string& path, std::uint64_t size) override;
  Result<> Remove(const std::string& path) override;
};

}  // namespace cairn::os

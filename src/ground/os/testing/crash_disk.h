#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "ground/os/append_file.h"

namespace cairn::os::testing {

/// A disk in memory that can lose power: keeps apart what was synced and what was only written. Equal seeds
/// give equal losses.
class CrashDisk final : public Disk {
 public:
  explicit CrashDisk(std::uint64_t seed = 1) : random_(seed) {}

  Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path) override;
  Result<std::string> Read(const std::string& path) const override;
  Result<std::vector<std::string>> List(const std::string& folder) const override;
  Result<> Cut(const std::string& path, std::uint64_t size) override;
  Result<> Remove(const std::string& path) override;

  /// Power is lost and comes back. Of the unsynced bytes of each file a part of random length stays, possibly
  /// none or all, with some of its 512-byte blocks as zeros (never written, though later ones were). Files
  /// opened before are dead: they answer Unavailable.
  void Crash();

  /// No more than so many bytes in all files from now on: appending beyond is Exhausted.
  void SetCapacity(std::uint64_t bytes);
  /// The next Sync of any file fails, and its unsynced bytes are lost while a reader before the crash still
  /// sees them.
  void FailNextSync();
  /// Bytes of one file that a crash cannot take.
  std::uint64_t Durable(const std::string& path) const;

 private:
  friend class CrashDiskFile;

  struct Content {
    std::string bytes;
    std::uint64_t synced = 0;
  };

  void LoseUnsynced(Content& content);

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::map<std::string, Content> files_;
  std::uint64_t life_ = 0;  ///< Counts crashes: a file of an earlier life is dead.
  std::uint64_t capacity_ = ~std::uint64_t{0};
  bool fail_next_sync_ = false;
};

}  // namespace cairn::os::testing

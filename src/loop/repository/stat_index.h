#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// Remembers which digests a file had at which stamp (inode, size, mtime, ctime), so that an unchanged tree
/// costs one stat a file. A cache and nothing more: when it is lost or damaged it starts empty. Safe from any
/// thread.
class StatIndex {
 public:
  /// Reads the index file; a missing or damaged one is an empty index.
  static StatIndex Open(std::string file);
  StatIndex(StatIndex&& other) noexcept;

  std::optional<crypto::Digests> Find(const std::string& path, const os::FileStamp& stamp) const;
  /// A file touched within the last moments is not remembered: another write could leave the same stamp.
  void Remember(const std::string& path, const os::FileStamp& stamp, const crypto::Digests& digests);
  /// Writes the index when something was remembered since it was read.
  Result<> Save();

 private:
  struct Entry {
    os::FileStamp stamp;
    crypto::Digests digests;
  };
  explicit StatIndex(std::string file) : file_(std::move(file)) {}
  bool Load(std::string_view bytes);

  std::string file_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  bool changed_ = false;
};

}  // namespace cairn::repository

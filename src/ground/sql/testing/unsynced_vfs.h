#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cairn::sql::testing {

/// A file system for SQLite (SqliteOptions::vfs), over the default one, that knows what a power cut would
/// leave: per file the bytes as of its last sync, and every write and truncation since. It passes everything
/// on, so the store works as usual; only syncs are not passed on, which saves their time. Deleting a file
/// counts as durable at once, and so does the folder's entry of a file that was ever synced. Must outlive the
/// stores opened on it. Safe from any thread.
class UnsyncedVfs {
 public:
  UnsyncedVfs();
  ~UnsyncedVfs();
  UnsyncedVfs(const UnsyncedVfs&) = delete;
  UnsyncedVfs& operator=(const UnsyncedVfs&) = delete;

  /// The name under which it is registered.
  const std::string& name() const;

  /// After so many further writes, truncations, syncs and deletions, all of them fail, as on a machine
  /// without power.
  void CutPowerAfter(std::int64_t changes);
  bool PowerIsCut() const;
  /// Writes into `folder` the files as the disk may hold them now: what was synced, and of the later changes
  /// a random part, torn at 512-byte sectors.
  void WriteSurvivors(const std::string& folder, unsigned seed) const;

  /// The next sync fails, once.
  void FailNextSync();
  /// Writes fail for lack of space while any file would grow past so many bytes; negative for no limit.
  void LimitFileBytes(std::int64_t bytes);

  std::int64_t syncs() const;
  /// How many opened handles have changed a file whose name ends in `suffix`.
  int HandlesThatChanged(std::string_view suffix) const;

  struct Disk;

 private:
  std::unique_ptr<Disk> disk_;
};

}  // namespace cairn::sql::testing

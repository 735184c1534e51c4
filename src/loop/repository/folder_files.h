#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/listing.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"

namespace cairn::repository {

struct Scan;

/// The files of a folder as they lie there, for who looks for a few differences among very many: as long as
/// nothing changed, it costs a stat a file and no listing is made. Moved, not copied.
class FolderFiles {
 public:
  /// One stat a file. `path` is absolute. The errors of ScanFolder.
  static Result<FolderFiles> Look(const std::string& path, StatIndex& index);
  FolderFiles(FolderFiles&&) noexcept;
  FolderFiles& operator=(FolderFiles&&) noexcept;
  ~FolderFiles();

  std::size_t size() const;
  /// Below the folder, with '/'; in no order. Lives as long as this.
  std::string_view relpath(std::size_t place) const;
  /// What TakeSnapshot would give for the folder, if all is as it was when that was found out last.
  const std::optional<std::string>& tree() const { return tree_; }

  /// Of all files; those whose stamps the index knows are not read. NotFound for a link that leads nowhere;
  /// Conflict when a file changes while it is read.
  Result<> TakeDigests(StatIndex& index);
  /// The same of one of them. Safe from any thread.
  Result<Md5Digest> Digest(std::size_t place, StatIndex& index) const;
  /// What tells one state of a file from another.
  Fingerprint stamp(std::size_t place) const;
  /// The same, or none when it is so young that a later write may leave it.
  Fingerprint settled_stamp(std::size_t place) const;
  /// After TakeDigests.
  const Md5Digest& md5(std::size_t place) const { return md5s_[place]; }
  /// After TakeDigests: whether these are the files of `listing`, which is called `md5`; remembers it then.
  bool Are(const Listing& listing, const std::string& md5, StatIndex& index);
  /// That somebody found them to be the files of the listing `md5`.
  void RememberTree(const std::string& md5, StatIndex& index) const;
  /// After TakeDigests.
  Snapshot Listed(StatIndex& index) const;

 private:
  explicit FolderFiles(std::string path);

  std::string path_;
  std::unique_ptr<Scan> scan_;
  std::optional<std::string> tree_;
  std::vector<Md5Digest> md5s_;
};

}  // namespace cairn::repository

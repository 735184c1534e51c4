#pragma once

#include <optional>
#include <string>

#include "ground/vocabulary/result.h"
#include "loop/repository/scan/scan.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// Takes digests of what lies in a working tree; of files whose stamps the index knows, without reading them.
/// What it reads is remembered. One thread at a time.
class Look {
 public:
  /// `tree` must outlive it.
  Look(WorkingTree& tree, Meter meter) : tree_(tree), meter_(std::move(meter)) {}

  enum class Digests { Dvc3, Dvc2 };

  /// Whether the file or folder at `path` has exactly the content `md5` names. `known` gives the listing of a
  /// folder, when it is needed and can be had; then the first difference ends the look. False when nothing is
  /// there.
  Result<bool> Holds(const std::string& path, const std::string& md5, Digests digests,
                     const std::function<const Listing*()>& known);

  /// What lies there, in full. NotFound.
  Result<Snapshot> Take(const std::string& path, Digests digests);
  /// The digest of one file that was seen; safe from any thread.
  Result<Md5Digest> DigestOf(const std::string& path, const Fingerprint& key, const os::FileStamp& stamp,
                             std::int64_t began_ns, Digests digests);

  /// Notes the digest of a folder's listing, when all its stamps are settled.
  static void RememberTree(WorkingTree& tree, const std::string& path, const Scan& scan, Digests digests,
                           const std::string& md5);

 private:
  struct Folder {
    Scan scan;
    std::vector<std::optional<Md5Digest>> md5s;  // As far as the index knows them.
  };
  Result<Folder> Scanned(const std::string& path);
  Result<bool> FolderHolds(const std::string& path, const std::string& md5, Digests digests,
                           const std::function<const Listing*()>& known);
  Result<Snapshot> TakeFolder(const std::string& path, Digests digests);
  std::optional<std::string> RememberedTree(const std::string& path, const Scan& scan, Digests digests) const;
  Result<> DigestRest(const std::string& path, Folder& folder, Digests digests, const Listing* known,
                      bool& differs);

  WorkingTree& tree_;
  const Meter meter_;
};

}  // namespace cairn::repository

#pragma once

#include "loop/moving/sources/bucket_files.h"
#include "loop/moving/sources/local_files.h"

namespace cairn::moving {

/// Where a source's artifacts may lie: in folders of this machine, and in buckets. Safe from any thread.
class KeptFiles {
 public:
  /// `folder` and `own_folder` as LocalFiles has them. `artifact_root` in `origin`: a folder or a bucket.
  KeptFiles(const Origin& origin, const std::string& folder, const std::string& own_folder)
      : local_(blob::IsBucketUrl(origin.artifact_root) ? "" : origin.artifact_root, folder, own_folder),
        buckets_(origin.artifact_root, origin.own_artifacts) {}

  bool Reaches(const std::string& uri) const { return buckets_.Reaches(uri) || local_.Reaches(uri); }
  Result<std::vector<FoundFile>> Files(const Owner& owner) const {
    return buckets_.Reaches(owner.uri) ? buckets_.Files(owner) : local_.Files(owner);
  }
  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) const {
    return buckets_.Reaches(owner.uri) ? buckets_.Fetch(owner, path, to) : local_.Fetch(owner, path, to);
  }

 private:
  LocalFiles local_;
  BucketFiles buckets_;
};

}  // namespace cairn::moving

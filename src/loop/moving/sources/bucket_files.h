#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ground/blob/bucket.h"
#include "loop/moving/source.h"

namespace cairn::moving {

/// Artifacts that lie in buckets, read with the variables of blob::PlaceFromEnvironment: whoever gives them
/// to this process says what may be read. What lies below `own`, where this Cairn keeps its own artifacts, is
/// not read, since its records may be somebody else's. Safe from any thread.
class BucketFiles {
 public:
  /// `artifact_root`: "s3://bucket/prefix" behind "mlflow-artifacts:" URIs, anything else for none.
  BucketFiles(std::string artifact_root, std::string own)
      : artifact_root_(std::move(artifact_root)), own_(std::move(own)) {}

  /// Whether a URI leads into a bucket, and there are credentials.
  bool Reaches(const std::string& uri) const;
  /// By path. Errors as blob::Bucket's; Unsupported for an object whose key cannot be a file's path.
  Result<std::vector<FoundFile>> Files(const Owner& owner) const;
  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) const;

 private:
  struct Found {
    const blob::Bucket* bucket = nullptr;
    std::string key;  ///< Of the folder, without '/' at its end.
  };
  Result<Found> At(const std::string& uri) const;
  /// "s3://bucket/path" of a URI that leads into a bucket, "" of any other.
  std::string Direct(const std::string& uri) const;

  const std::string artifact_root_, own_;
  mutable std::mutex opening_;
  mutable std::map<std::string, std::unique_ptr<blob::Bucket>> buckets_;
};

/// Whether a URI begins as the address of something in a bucket does, in one of the ways that MLflow takes.
bool IsBucketUri(const std::string& uri);

}  // namespace cairn::moving

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ground/blob/bucket.h"
#include "ground/os/temp_folder.h"
#include "loop/tracking/artifacts.h"

namespace cairn::tracking {

/// The objects of a bucket as one listing gave them. Whoever is about to change one says so first, and it is
/// fetched then. Safe from any thread.
class KeptObjects {
 public:
  /// `bucket` must outlive it; what was fetched lies in `folder`.
  KeptObjects(const blob::Bucket& bucket, os::TempFolder folder, std::vector<blob::Object> objects);

  const std::vector<Artifacts::Moment::File>& files() const { return files_; }
  /// Called before the object is replaced or removed. Never keeps the caller from doing so: an object that
  /// cannot be fetched now is missed by Copy.
  void Keep(const std::string& key);
  /// As Artifacts::Moment::Copy.
  Result<> Copy(const std::string& key, const std::string& to);

 private:
  Result<> CopyKept(const std::string& key, const std::string& to);

  const blob::Bucket& bucket_;
  const os::TempFolder folder_;
  std::map<std::string, blob::Object> objects_;
  std::vector<Artifacts::Moment::File> files_;
  std::mutex mutex_;
  std::map<std::string, std::string> kept_;  ///< Key to file; "" for what could not be fetched.
};

class BucketMoment final : public Artifacts::Moment {
 public:
  explicit BucketMoment(std::shared_ptr<KeptObjects> objects) : objects_(std::move(objects)) {}
  const std::vector<File>& files() const override { return objects_->files(); }
  Result<> Copy(const File& file, const std::string& to) const override {
    return objects_->Copy(file.path, to);
  }

 private:
  const std::shared_ptr<KeptObjects> objects_;
};

}  // namespace cairn::tracking

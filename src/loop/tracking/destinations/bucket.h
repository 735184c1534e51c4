#pragma once

#include <array>
#include <memory>
#include <mutex>

#include "ground/blob/bucket.h"
#include "loop/tracking/destinations/bucket_moment.h"
#include "loop/tracking/destinations/destination.h"

namespace cairn::tracking {

/// Objects in a bucket. What must be a file on this machine is fetched into a cache, in which each entry is a
/// folder named by the digest of the keys, ETags and sizes of what it holds, so that it never grows stale.
class BucketDestination final : public Destination {
 public:
  BucketDestination(blob::Bucket bucket, std::string cache)
      : bucket_(std::move(bucket)), cache_(std::move(cache)) {}

  Result<std::vector<Artifacts::Entry>> List(const std::string& path) const override;
  Result<Artifacts::File> Find(const std::string& path) const override;
  Result<std::string> FolderAt(const std::string& path) const override;
  Result<> Adopt(const std::string& path, const std::string& source) override;
  Result<> Remove(const std::string& path) override;
  std::string PartsFolder() const override;
  std::string Address() const override;
  Result<std::vector<Artifacts::Kept>> All() const override;
  Result<> Discard(std::span<const Artifacts::Kept> files, TimeMs moment) override;
  Result<std::unique_ptr<Artifacts::Moment>> Freeze() override;

 private:
  Result<std::string> Cached(const std::string& folder, std::span<const blob::Object> objects) const;
  Result<> Fill(const std::string& place, const std::string& folder,
                std::span<const blob::Object> objects) const;
  void Evict() const;
  Result<> RemoveAll(std::span<const std::string> keys) const;
  void KeepForMoment(const std::string& key) const;

  const blob::Bucket bucket_;
  const std::string cache_;
  /// Whoever wants the same entry at the same time waits for the one who fetches it.
  mutable std::array<std::mutex, 16> fetching_;
  mutable std::mutex evicting_;
  mutable std::mutex watching_;
  std::weak_ptr<KeptObjects> moment_;  ///< What the moment that lives wants to be told of.
};

}  // namespace cairn::tracking

#include "loop/tracking/artifacts.h"

#include "ground/blob/bucket.h"
#include "loop/tracking/artifact_path.h"
#include "loop/tracking/destinations/bucket.h"
#include "loop/tracking/destinations/folder.h"

namespace cairn::tracking {
Artifacts::Artifacts(std::unique_ptr<Destination> destination)
    : destination_(std::move(destination)), changing_(std::make_unique<std::shared_mutex>()) {}
Artifacts::Artifacts(std::string root) : Artifacts(std::make_unique<FolderDestination>(std::move(root))) {}
Artifacts::Artifacts(Artifacts&&) noexcept = default;
Artifacts::~Artifacts() = default;

Result<Artifacts> Artifacts::Open(const std::string& where, const std::string& cache) {
  if (!blob::IsBucketUrl(where)) return Artifacts(where);
  auto place = CAIRN_TRY(blob::PlaceFromEnvironment(where));
  return Artifacts(std::make_unique<BucketDestination>(blob::Bucket(std::move(place)), cache));
}

Result<std::vector<Artifacts::Entry>> Artifacts::List(std::string_view path) const {
  return destination_->List(CAIRN_TRY(CheckedArtifactPath(path)));
}

Result<Artifacts::File> Artifacts::Find(std::string_view path) const {
  return destination_->Find(CAIRN_TRY(CheckedArtifactPath(path)));
}

Result<std::string> Artifacts::FolderAt(std::string_view path) const {
  return destination_->FolderAt(CAIRN_TRY(CheckedArtifactPath(path)));
}

Result<> Artifacts::Adopt(std::string_view path, const std::string& source) {
  const auto clean = CAIRN_TRY(CheckedFilePath(path));
  const std::shared_lock changing(*changing_);
  return destination_->Adopt(clean, source);
}

Result<> Artifacts::Remove(std::string_view path) {
  const auto clean = CAIRN_TRY(CheckedArtifactPath(path));
  if (clean.empty()) return Error{Reason::InvalidArgument, "Invalid path"};
  const std::shared_lock changing(*changing_);
  return destination_->Remove(clean);
}

std::string Artifacts::PartsFolder() const { return destination_->PartsFolder(); }

std::string Artifacts::Address() const { return destination_->Address(); }

Result<std::vector<Artifacts::Kept>> Artifacts::All() const { return destination_->All(); }

Result<std::unique_ptr<Artifacts::Moment>> Artifacts::Freeze(const std::function<Result<>()>& meanwhile) {
  const std::unique_lock still(*changing_);
  // First, so that a file that another program leaves in a bucket now is rather too many than too few.
  CAIRN_TRY(meanwhile());
  return destination_->Freeze();
}

Result<> Artifacts::Discard(std::span<const Kept> files, TimeMs moment) {
  const std::shared_lock changing(*changing_);
  return destination_->Discard(files, moment);
}

}  // namespace cairn::tracking

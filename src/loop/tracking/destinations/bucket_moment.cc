#include "loop/tracking/destinations/bucket_moment.h"

#include "ground/os/files.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::tracking {
namespace {

bool Changed(const Error& error) {
  return error.reason == Reason::Conflict || error.reason == Reason::NotFound;
}

Error Gone(const std::string& key) {
  return {Reason::Conflict, "The object '" + key +
                                "' was changed by another program while it was copied, so that what it held "
                                "is gone; back up again when nothing else writes into the bucket."};
}

}  // namespace

KeptObjects::KeptObjects(const blob::Bucket& bucket, os::TempFolder folder, std::vector<blob::Object> objects)
    : bucket_(bucket), folder_(std::move(folder)) {
  for (auto& object : objects) {
    files_.push_back({object.key, object.bytes});
    objects_.emplace(object.key, std::move(object));
  }
}

void KeptObjects::Keep(const std::string& key) {
  const auto found = objects_.find(key);
  if (found == objects_.end()) return;
  const std::lock_guard lock(mutex_);
  if (kept_.contains(key)) return;
  auto place = folder_ / std::to_string(kept_.size());
  const bool fetched = bool(bucket_.Get(found->second, place));
  kept_[key] = fetched ? std::move(place) : "";
}

Result<> KeptObjects::CopyKept(const std::string& key, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const auto kept = kept_.find(key);
  if (kept == kept_.end() || kept->second.empty()) return Gone(key);
  return os::CopyFile(kept->second, to);
}

Result<> KeptObjects::Copy(const std::string& key, const std::string& to) {
  const auto plain = CheckedArtifactPath(key);
  if (!plain || *plain != key) {
    return Error{Reason::Unsupported, "The object '" + key +
                                          "' has a name that cannot be a file's here; rename it in the "
                                          "bucket."};
  }
  const auto fetched = bucket_.Get(objects_.at(key), to);
  if (fetched || !Changed(fetched.error())) return fetched;
  return CopyKept(key, to);
}

}  // namespace cairn::tracking

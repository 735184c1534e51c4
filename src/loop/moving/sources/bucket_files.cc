#include "loop/moving/sources/bucket_files.h"

#include "loop/tracking/artifact_path.h"

namespace cairn::moving {
namespace {

constexpr std::string_view kS3 = "s3://";
/// Another spelling that MLflow's clients take.
constexpr std::string_view kS3a = "s3a://";

/// MLflow reads the path alone of such a URI.
std::string WithoutQuery(const std::string& uri) { return uri.substr(0, uri.find_first_of("?#")); }

std::string WithoutSlash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

std::string BucketOf(const std::string& direct) { return direct.substr(0, direct.find('/', kS3.size())); }

std::string Below(const std::string& folder, const std::string& path) {
  return folder.empty() ? path : folder + "/" + path;
}

}  // namespace

bool IsBucketUri(const std::string& uri) { return uri.starts_with(kS3) || uri.starts_with(kS3a); }

std::string BucketFiles::Direct(const std::string& uri) const {
  if (uri.starts_with(kS3)) return WithoutSlash(WithoutQuery(uri));
  if (uri.starts_with(kS3a)) return WithoutSlash(std::string(kS3) + WithoutQuery(uri).substr(kS3a.size()));
  if (!blob::IsBucketUrl(artifact_root_)) return "";
  const auto path = tracking::ProxiedPath(uri);
  return path ? WithoutSlash(Below(WithoutSlash(artifact_root_), *path)) : "";
}

bool BucketFiles::Reaches(const std::string& uri) const {
  const auto direct = Direct(uri);
  if (direct.empty()) return false;
  if (blob::IsBucketUrl(own_) && tracking::IsAtOrBelow(direct, WithoutSlash(own_))) return false;
  return bool(blob::PlaceFromEnvironment(BucketOf(direct)));
}

Result<BucketFiles::Found> BucketFiles::At(const std::string& uri) const {
  const auto direct = Direct(uri);
  const auto name = BucketOf(direct);
  const auto key = direct.substr(std::min(name.size() + 1, direct.size()));
  const std::lock_guard lock(opening_);
  auto& bucket = buckets_[name];
  if (!bucket) bucket = std::make_unique<blob::Bucket>(CAIRN_TRY(blob::PlaceFromEnvironment(name)));
  return Found{bucket.get(), key};
}

Result<std::vector<FoundFile>> BucketFiles::Files(const Owner& owner) const {
  const auto found = CAIRN_TRY(At(owner.uri));
  const auto folder = found.key.empty() ? std::string() : found.key + "/";
  std::vector<FoundFile> files;
  for (const auto& object : CAIRN_TRY(found.bucket->ListAll(folder))) {
    const auto path = object.key.substr(folder.size());
    const auto plain = tracking::CheckedFilePath(path);
    if (!plain || *plain != path)
      return Error{Reason::Unsupported, "The object '" + object.key + "' in " + BucketOf(Direct(owner.uri)) +
                                            " has a name that cannot be a file's here; rename it in the "
                                            "bucket and import again."};
    files.push_back({path, object.bytes});
  }
  return files;
}

Result<> BucketFiles::Fetch(const Owner& owner, const std::string& path, const std::string& to) const {
  const auto found = CAIRN_TRY(At(owner.uri));
  return found.bucket->Get(CAIRN_TRY(found.bucket->Find(Below(found.key, path))), to);
}

}  // namespace cairn::moving

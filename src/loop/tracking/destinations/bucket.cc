#include "loop/tracking/destinations/bucket.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/os/pool.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::tracking {
namespace {

using blob::Object;

constexpr std::uint64_t kMostCachedBytes = std::uint64_t{10} * 1024 * 1024 * 1024;
/// What was asked for this lately is perhaps still being sent or loaded.
constexpr std::int64_t kInUseNs = std::int64_t{15} * 60 * 1'000'000'000;
constexpr std::int64_t kLongestFetchNs = std::int64_t{24} * 60 * 60 * 1'000'000'000;
constexpr unsigned kTogether = 4;
constexpr std::int64_t kNsInMs = 1'000'000;
constexpr std::string_view kUnfinished = ".arriving-";

std::string NameIn(const std::string& key, const std::string& folder) {
  return key.substr(folder.empty() ? 0 : folder.size() + 1);
}

std::string EntryName(const std::string& folder, std::span<const Object> objects) {
  std::string text = folder + "\n";
  for (const auto& object : objects)
    text += object.key + "\n" + object.etag + "\n" + std::to_string(object.bytes) + "\n";
  return crypto::Sha256Hex(text);
}

/// The first error of several calls that were made at once.
template <class Work>
Result<> ForAll(std::size_t count, Work work) {
  std::vector<Result<>> outcomes(count);
  os::ForEachIndex(count, kTogether, [&](std::size_t i) { outcomes[i] = work(i); });
  for (auto& outcome : outcomes) CAIRN_TRY(std::move(outcome));
  return {};
}

struct CacheEntry {
  std::string path;
  std::int64_t used_ns = 0;
  std::uint64_t bytes = 0;
};

}  // namespace

Result<std::vector<Artifacts::Entry>> BucketDestination::List(const std::string& path) const {
  const auto listing = CAIRN_TRY(bucket_.List(path));
  std::vector<Artifacts::Entry> entries;
  for (const auto& folder : listing.folders) entries.push_back({NameIn(folder, path), true, 0});
  for (const auto& object : listing.objects)
    entries.push_back({NameIn(object.key, path), false, object.bytes});
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return entries;
}

Result<Artifacts::File> BucketDestination::Find(const std::string& path) const {
  const auto object = path.empty() ? Result<Object>(NoSuchArtifact(path)) : bucket_.Find(path);
  if (!object) {
    if (object.error().reason != Reason::NotFound) return object.error();
    return CAIRN_TRY(List(path)).empty() ? NoSuchArtifact(path) : IsAFolder(path);
  }
  const auto folder = path.find('/') == std::string::npos ? std::string() : os::ParentOf(path);
  const auto place = CAIRN_TRY(Cached(folder, std::span(&*object, 1)));
  return Artifacts::File{os::JoinPath(place, os::BaseName(path)), object->bytes, object->etag};
}

Result<std::string> BucketDestination::FolderAt(const std::string& path) const {
  const auto objects = CAIRN_TRY(bucket_.ListAll(path.empty() ? "" : path + "/"));
  if (objects.empty()) return NoSuchArtifact(path);
  return Cached(path, objects);
}

Result<> BucketDestination::Adopt(const std::string& path, const std::string& source) {
  KeepForMoment(path);
  return bucket_.Put(path, source);
}

Result<> BucketDestination::Remove(const std::string& path) {
  std::vector<std::string> keys;
  for (const auto& object : CAIRN_TRY(bucket_.ListAll(path + "/"))) keys.push_back(object.key);
  const auto file = bucket_.Find(path);
  if (file) keys.push_back(path);
  if (!file && file.error().reason != Reason::NotFound) return file.error();
  if (keys.empty()) return NoSuchArtifact(path);
  return RemoveAll(keys);
}

std::string BucketDestination::PartsFolder() const { return os::JoinPath(cache_, kParts); }

std::string BucketDestination::Address() const { return bucket_.place().Shown(); }

Result<std::vector<Artifacts::Kept>> BucketDestination::All() const {
  std::vector<Artifacts::Kept> files;
  for (auto& object : CAIRN_TRY(bucket_.ListAll("")))
    files.push_back({std::move(object.key), object.bytes, object.modified_ms});
  return files;
}

Result<> BucketDestination::Discard(std::span<const Artifacts::Kept> files, TimeMs moment) {
  std::vector<std::string> keys;
  for (const auto& file : files) keys.push_back(file.path);
  CAIRN_TRY(RemoveAll(keys));
  CAIRN_TRY(bucket_.AbandonUploadsBefore(moment));
  if (!os::IsFolder(PartsFolder())) return {};
  for (const auto& id : CAIRN_TRY(os::ListFolder(PartsFolder()))) {
    const auto folder = os::JoinPath(PartsFolder(), id);
    const auto status = os::Stat(folder);
    if (status && status->stamp.mtime_ns / kNsInMs < moment) CAIRN_TRY(os::RemoveTree(folder));
  }
  return {};
}

Result<std::unique_ptr<Artifacts::Moment>> BucketDestination::Freeze() {
  const auto moments = os::JoinPath(cache_, kMoments);
  CAIRN_TRY(os::RemoveTree(moments));  // What a process that was killed left there.
  CAIRN_TRY(os::MakeFolders(moments));
  auto objects = std::make_shared<KeptObjects>(bucket_, CAIRN_TRY(os::TempFolder::Create(moments)),
                                               CAIRN_TRY(bucket_.ListAll("")));
  const std::lock_guard lock(watching_);
  moment_ = objects;
  return std::unique_ptr<Artifacts::Moment>(std::make_unique<BucketMoment>(std::move(objects)));
}

void BucketDestination::KeepForMoment(const std::string& key) const {
  std::shared_ptr<KeptObjects> objects;
  {
    const std::lock_guard lock(watching_);
    objects = moment_.lock();
  }
  if (objects) objects->Keep(key);
}

Result<> BucketDestination::RemoveAll(std::span<const std::string> keys) const {
  return ForAll(keys.size(), [&](std::size_t i) {
    KeepForMoment(keys[i]);
    return bucket_.Remove(keys[i]);
  });
}

/// The cache's folder with these objects, which all lie below `folder`.
Result<std::string> BucketDestination::Cached(const std::string& folder,
                                              std::span<const Object> objects) const {
  const auto name = EntryName(folder, objects);
  auto place = os::JoinPath(cache_, name);
  {
    const std::lock_guard lock(fetching_[std::hash<std::string>()(name) % fetching_.size()]);
    // A change of the mode, even to the same, leaves the time of the last use.
    if (os::SetMode(place, 0755)) return place;
    const auto arriving = os::JoinPath(cache_, std::string(kUnfinished) + os::NewHexId());
    CAIRN_TRY(os::MakeFolders(arriving));
    auto filled = Fill(arriving, folder, objects);
    // The name vouches for the bytes: it must not outlive a loss of power that they do not.
    if (filled) filled = os::SyncFileSystem(arriving);
    if (filled) filled = os::Rename(arriving, place);
    if (!filled) {
      static_cast<void>(bool(os::RemoveTree(arriving)));
      return filled.error();
    }
  }
  Evict();
  return place;
}

Result<> BucketDestination::Fill(const std::string& place, const std::string& folder,
                                 std::span<const Object> objects) const {
  for (const auto& object : objects) {
    const auto name = NameIn(object.key, folder);
    const auto checked = CheckedArtifactPath(name);
    // Others may write into the bucket too: a key that is no plain path must not become one here.
    if (!checked || *checked != name) {
      return Error{Reason::Unsupported,
                   "The object '" + object.key +
                       "' has a name that cannot be a file's here; rename it in the bucket."};
    }
    CAIRN_TRY(os::MakeFolders(os::ParentOf(os::JoinPath(place, name))));
  }
  return ForAll(objects.size(), [&](std::size_t i) {
    return bucket_.Get(objects[i], os::JoinPath(place, NameIn(objects[i].key, folder)));
  });
}

/// Drops what was used longest ago until the rest fits. What cannot be dropped now goes another time.
void BucketDestination::Evict() const {
  const std::lock_guard lock(evicting_);
  const auto names = os::ListFolder(cache_);
  if (!names) return;
  std::vector<CacheEntry> entries;
  std::uint64_t total = 0;
  const auto now_ns = os::SystemClock().Now() * kNsInMs;
  for (const auto& name : *names) {
    CacheEntry entry{os::JoinPath(cache_, name), 0, 0};
    const auto status = os::Stat(entry.path);
    if (name.starts_with('.')) {
      // Under way, or left by a process that was killed.
      if (status && name.starts_with(kUnfinished) && status->stamp.ctime_ns < now_ns - kLongestFetchNs)
        static_cast<void>(bool(os::RemoveTree(entry.path)));
      continue;
    }
    const auto tree = os::ListTree(entry.path);
    if (!status || !tree) continue;
    entry.used_ns = status->stamp.ctime_ns;
    for (const auto& file : *tree) entry.bytes += file.kind == os::FileKind::File ? file.stamp.size : 0;
    total += entry.bytes;
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.used_ns < b.used_ns; });
  for (const auto& entry : entries) {
    if (total <= kMostCachedBytes || entry.used_ns > now_ns - kInUseNs) return;
    if (os::RemoveTree(entry.path)) total -= entry.bytes;
  }
}

}  // namespace cairn::tracking

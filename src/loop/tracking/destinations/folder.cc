#include "loop/tracking/destinations/folder.h"

#include <algorithm>
#include <map>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::tracking {
namespace {

/// Below it a link costs about as much as the blocks that could be shared.
constexpr std::uint64_t kWorthSharing = 64 * 1024;
constexpr std::int64_t kNsInMs = 1'000'000;

/// A file with a name of its own for as long as nobody gives it another.
class Passing {
 public:
  explicit Passing(std::string path) : path_(std::move(path)) {}
  ~Passing() { static_cast<void>(bool(os::Remove(path_))); }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

/// Second names for files, in a folder that goes with it.
class FolderMoment final : public Artifacts::Moment {
 public:
  explicit FolderMoment(os::TempFolder folder) : folder_(std::move(folder)) {}

  const std::vector<File>& files() const override { return files_; }

  Result<> Copy(const File& file, const std::string& to) const override {
    const auto& named = named_.at(file.path);
    CAIRN_TRY(os::CopyFile(named.place, to, named.mode));
    const auto now = CAIRN_TRY(os::Stat(named.place)).stamp;
    if (now.mtime_ns == named.stamp.mtime_ns && now.size == named.stamp.size) return {};
    return Error{Reason::Conflict, "The artifact '" + file.path +
                                       "' was written in place while it was copied, so that what it held is "
                                       "gone; back up again when nothing writes into artifacts."};
  }

  Result<> Add(const std::string& root, const os::TreeEntry& entry) {
    const auto from = os::JoinPath(root, entry.path);
    auto place = folder_ / std::to_string(files_.size());
    auto done = os::HardLink(from, place);
    // Where a file system knows no second names, a copy, for which uploads wait longer.
    if (!done && done.error().reason == Reason::Unsupported) done = os::CopyFile(from, place);
    CAIRN_TRY(std::move(done));
    const auto status = CAIRN_TRY(os::Stat(place));
    files_.push_back({entry.path, status.stamp.size});
    named_[entry.path] = {std::move(place), status.stamp, entry.mode};
    return {};
  }

 private:
  struct Named {
    std::string place;
    os::FileStamp stamp;
    unsigned mode = 0;
  };
  const os::TempFolder folder_;
  std::vector<File> files_;
  std::map<std::string, Named> named_;
};

/// Whether one of the names in the path is one of ours.
bool IsOurs(std::string_view path) {
  const auto names = Split(path, '/');
  return std::any_of(names.begin(), names.end(),
                     [](std::string_view name) { return name.starts_with(kOwn); });
}

std::string NewNameIn(const std::string& folder) {
  return os::JoinPath(folder, std::string(kArriving) + os::NewHexId());
}

}  // namespace

Error NoSuchArtifact(std::string_view path) {
  return {Reason::NotFound, "No such artifact: '" + std::string(path) + "'."};
}

Error IsAFolder(std::string_view path) {
  return {Reason::InvalidArgument,
          "The artifact '" + std::string(path) + "' is a folder; name a file in it."};
}

/// The place on this machine; InvalidArgument when the part of it that exists leads out of the root.
Result<std::string> FolderDestination::Place(const std::string& path) const {
  const auto place = path.empty() ? root_ : os::JoinPath(root_, path);
  const auto root = os::RealPath(root_);
  if (!root) return place;
  for (auto there = place; there.size() >= root_.size(); there = os::ParentOf(there)) {
    const auto real = os::RealPath(there);
    if (!real) continue;
    if (*real == *root || real->starts_with(*root + "/")) return place;
    return Error{Reason::InvalidArgument, "Invalid path"};
  }
  return place;
}

Result<std::vector<Artifacts::Entry>> FolderDestination::List(const std::string& path) const {
  const auto place = CAIRN_TRY(Place(path));
  std::vector<Artifacts::Entry> entries;
  if (!os::IsFolder(place)) return entries;
  for (const auto& name : CAIRN_TRY(os::ListFolder(place))) {
    const auto status = os::Stat(os::JoinPath(place, name));
    if (!status || name.starts_with(kOwn)) continue;
    const bool folder = status->kind == os::FileKind::Folder;
    if (folder || status->kind == os::FileKind::File)
      entries.push_back({name, folder, folder ? 0 : status->stamp.size});
  }
  return entries;
}

Result<Artifacts::File> FolderDestination::Find(const std::string& path) const {
  auto place = CAIRN_TRY(Place(path));
  const auto status = os::Stat(place);
  if (!status && status.error().reason == Reason::NotFound) return NoSuchArtifact(path);
  if (!status) return status.error();
  if (status->kind != os::FileKind::File) return IsAFolder(path);
  const auto& stamp = status->stamp;
  return Artifacts::File{std::move(place), stamp.size,
                         std::to_string(stamp.inode) + "-" + std::to_string(stamp.size) + "-" +
                             std::to_string(stamp.mtime_ns) + "-" + std::to_string(stamp.ctime_ns)};
}

Result<std::string> FolderDestination::FolderAt(const std::string& path) const {
  auto place = CAIRN_TRY(Place(path));
  if (!os::IsFolder(place)) return NoSuchArtifact(path);
  return place;
}

Result<> FolderDestination::Adopt(const std::string& path, const std::string& source) {
  const auto place = CAIRN_TRY(Place(path));
  if (os::IsFolder(place)) {
    return Error{Reason::InvalidArgument,
                 "The artifact path '" + path + "' names a folder; add the file's name."};
  }
  const auto folder = os::ParentOf(place);
  CAIRN_TRY(os::MakeFolders(folder));
  const Passing arrived(CAIRN_TRY(Bring(source, folder)));
  CAIRN_TRY(os::SetMode(arrived.path(), 0644));
  if (CanShare()) Share(path, arrived.path());
  CAIRN_TRY(os::SyncFile(arrived.path()));
  CAIRN_TRY(os::Rename(arrived.path(), place));
  return SyncFoldersFrom(folder);
}

/// Moves or copies the file under a hidden name into the folder where it will be.
Result<std::string> FolderDestination::Bring(const std::string& source, const std::string& folder) const {
  auto beside = NewNameIn(folder);
  const auto moved = os::Rename(source, beside);
  if (moved) return beside;
  if (moved.error().reason != Reason::Unsupported) return moved.error();
  CAIRN_TRY(os::CopyFile(source, beside));
  return beside;
}

bool FolderDestination::CanShare() {
  const std::lock_guard lock(probing_);
  if (!can_share_) {
    const Passing one(NewNameIn(root_)), two(NewNameIn(root_));
    can_share_ =
        os::WriteFileAtomically(one.path(), std::string(4096, 'x')) && os::Reflink(one.path(), two.path());
  }
  return *can_share_;
}

/// Whatever goes wrong here costs space, never the upload.
void FolderDestination::Share(const std::string& path, const std::string& file) {
  const auto status = os::Stat(file);
  if (!status || status->stamp.size < kWorthSharing) return;
  const auto digests = crypto::HashFile(file, crypto::Kinds::Sha256);
  if (!digests) return;
  const auto folder = os::JoinPath(root_, kContents);
  const auto link = os::JoinPath(folder, digests->sha256);
  if (const auto before = os::ReadLink(link)) {
    const auto twin = Place(*before);
    if (twin && os::ShareBlocks(*twin, file)) return;
  }
  const Passing fresh(NewNameIn(folder));
  if (os::MakeFolders(folder) && os::Symlink(path, fresh.path()))
    static_cast<void>(bool(os::Rename(fresh.path(), link)));
}

/// Every folder down to the file, from the one that holds the root: another upload may have made one of them
/// and not yet synced it, and a name is only as durable as those above it.
Result<> FolderDestination::SyncFoldersFrom(const std::string& folder) const {
  for (auto there = folder;; there = os::ParentOf(there)) {
    CAIRN_TRY(os::SyncFolder(there));
    if (there.size() < root_.size() || there == os::ParentOf(there)) return {};
  }
}

Result<> FolderDestination::Remove(const std::string& path) {
  const auto place = CAIRN_TRY(Place(path));
  if (!os::Exists(place)) return NoSuchArtifact(path);
  CAIRN_TRY(os::RemoveTree(place));
  return os::SyncFolder(os::ParentOf(place));
}

std::string FolderDestination::PartsFolder() const { return os::JoinPath(root_, kParts); }

std::string FolderDestination::Address() const {
  const auto real = os::RealPath(root_);
  return real ? *real : root_;
}

Result<std::vector<Artifacts::Kept>> FolderDestination::All() const {
  std::vector<Artifacts::Kept> files;
  if (!os::IsFolder(root_)) return files;
  for (const auto& entry : CAIRN_TRY(os::ListTree(root_))) {
    const auto& path = entry.path;
    const bool ours = IsAtOrBelow(path, kContents) || IsAtOrBelow(path, kMoments);
    if (entry.kind == os::FileKind::File && !ours)
      files.push_back({path, entry.stamp.size, entry.stamp.mtime_ns / kNsInMs});
  }
  return files;
}

Result<std::unique_ptr<Artifacts::Moment>> FolderDestination::Freeze() {
  CAIRN_TRY(os::MakeFolders(root_));
  const auto moments = os::JoinPath(root_, kMoments);
  CAIRN_TRY(os::RemoveTree(moments));  // What a process that was killed left there.
  CAIRN_TRY(os::MakeFolders(moments));
  auto moment = std::make_unique<FolderMoment>(CAIRN_TRY(os::TempFolder::Create(moments)));
  for (const auto& entry : CAIRN_TRY(os::ListTree(root_))) {
    if (entry.kind == os::FileKind::File && !IsOurs(entry.path)) CAIRN_TRY(moment->Add(root_, entry));
  }
  return std::unique_ptr<Artifacts::Moment>(std::move(moment));
}

Result<> FolderDestination::Discard(std::span<const Artifacts::Kept> files, TimeMs) {
  for (const auto& file : files) {
    auto place = CAIRN_TRY(Place(file.path));
    const auto gone = os::Remove(place);
    if (!gone && gone.error().reason != Reason::NotFound) return gone.error();
    // A folder that still holds something refuses to go, and so ends the way up.
    for (place = os::ParentOf(place); place.size() > root_.size(); place = os::ParentOf(place)) {
      if (!os::Remove(place)) break;
    }
  }
  if (files.empty()) return {};
  return os::SyncFileSystem(root_);
}

}  // namespace cairn::tracking

#include "loop/tracking/artifacts.h"

#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::tracking {
namespace {

constexpr std::string_view kArriving = ".arriving-";

Error Missing(std::string_view path) {
  return {Reason::NotFound, "No such artifact: '" + std::string(path) + "'."};
}

}  // namespace

Artifacts::Artifacts(std::string root) : root_(std::move(root)) {}

/// The place on this machine; InvalidArgument when the part of it that exists leads out of the root.
Result<std::string> Artifacts::Place(std::string_view path) const {
  const auto clean = CAIRN_TRY(CheckedArtifactPath(path));
  const auto place = clean.empty() ? root_ : os::JoinPath(root_, clean);
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

Result<std::vector<Artifacts::Entry>> Artifacts::List(std::string_view path) const {
  const auto place = CAIRN_TRY(Place(path));
  std::vector<Entry> entries;
  if (!os::IsFolder(place)) return entries;
  for (const auto& name : CAIRN_TRY(os::ListFolder(place))) {
    const auto status = os::Stat(os::JoinPath(place, name));
    if (!status || name.starts_with(kArriving)) continue;
    const bool folder = status->kind == os::FileKind::Folder;
    if (folder || status->kind == os::FileKind::File)
      entries.push_back({name, folder, folder ? 0 : status->stamp.size});
  }
  return entries;
}

Result<Artifacts::File> Artifacts::Find(std::string_view path) const {
  auto place = CAIRN_TRY(Place(path));
  const auto status = os::Stat(place);
  if (!status && status.error().reason == Reason::NotFound) return Missing(path);
  if (!status) return status.error();
  if (status->kind == os::FileKind::File) return File{std::move(place), status->stamp.size};
  return Error{Reason::InvalidArgument,
               "The artifact '" + std::string(path) + "' is a folder; name a file in it."};
}

Result<std::string> Artifacts::FolderAt(std::string_view path) const {
  auto place = CAIRN_TRY(Place(path));
  if (!os::IsFolder(place)) return Missing(path);
  return place;
}

Result<> Artifacts::Adopt(std::string_view path, const std::string& source) {
  const auto place = CAIRN_TRY(Place(path));
  if (place == root_ || os::IsFolder(place)) {
    return Error{Reason::InvalidArgument,
                 "The artifact path '" + std::string(path) + "' names a folder; add the file's name."};
  }
  const auto folder = os::ParentOf(place);
  CAIRN_TRY(os::MakeFolders(folder));
  CAIRN_TRY(os::SyncFile(source));
  auto moved = os::Rename(source, place);
  if (!moved && moved.error().reason == Reason::Unsupported) {
    const auto beside = os::JoinPath(folder, std::string(kArriving) + os::NewHexId());
    CAIRN_TRY(os::CopyFile(source, beside));
    CAIRN_TRY(os::SyncFile(beside));
    moved = os::Rename(beside, place);
  }
  CAIRN_TRY(std::move(moved));
  return SyncFoldersFrom(folder);
}

/// Every folder down to the file, from the one that holds the root: another upload may have made one of them
/// and not yet synced it, and a name is only as durable as those above it.
Result<> Artifacts::SyncFoldersFrom(const std::string& folder) const {
  for (auto there = folder;; there = os::ParentOf(there)) {
    CAIRN_TRY(os::SyncFolder(there));
    if (there.size() < root_.size() || there == os::ParentOf(there)) return {};
  }
}

Result<> Artifacts::Remove(std::string_view path) {
  const auto place = CAIRN_TRY(Place(path));
  if (place == root_) return Error{Reason::InvalidArgument, "Invalid path"};
  if (!os::Exists(place)) return Missing(path);
  CAIRN_TRY(os::RemoveTree(place));
  return os::SyncFolder(os::ParentOf(place));
}

}  // namespace cairn::tracking

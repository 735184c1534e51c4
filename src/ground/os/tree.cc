#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "ground/os/descriptor.h"
#include "ground/os/file_status.h"
#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

/// Deeper than any path the system lets a program name.
constexpr int kMaxDepth = 2048;

struct Listing {
  Descriptor folder;
  std::vector<std::string> names;
};

Result<Listing> Enter(const std::string& path, int flags) {
  Listing listing;
  listing.folder = CAIRN_TRY(Open(path, O_RDONLY | O_DIRECTORY | flags));
  const int own = fcntl(listing.folder.number(), F_DUPFD_CLOEXEC, 0);
  if (own < 0) return SystemError(errno, "read", path);
  DIR* opened = fdopendir(own);
  if (!opened) {
    const int why = errno;
    close(own);
    return SystemError(why, "read", path);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opened, &closedir);
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (!entry) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") listing.names.emplace_back(name);
  }
  if (errno != 0) return SystemError(errno, "read", path);
  std::sort(listing.names.begin(), listing.names.end());
  return listing;
}

class TreeWalk {
 public:
  TreeWalk(std::string root, Symlinks symlinks) : root_(std::move(root)), symlinks_(symlinks) {}

  Result<std::vector<TreeEntry>> Walk() {
    struct stat root {};
    if (stat(root_.c_str(), &root) != 0) return SystemError(errno, "read", root_);
    above_.emplace_back(root.st_dev, root.st_ino);
    CAIRN_TRY(WalkFolder(""));
    std::sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::move(entries_);
  }

 private:
  Result<> WalkFolder(const std::string& inside) {
    const std::string path = inside.empty() ? root_ : JoinPath(root_, inside);
    auto entered = Enter(path, 0);
    if (!entered) {
      if (!inside.empty() && entered.error().reason == Reason::NotFound) return {};
      return std::move(entered).error();
    }
    std::vector<std::pair<std::string, struct stat>> folders;
    for (const std::string& name : entered->names) {
      const std::string below = inside.empty() ? name : inside + "/" + name;
      struct stat found {};
      if (!Look(entered->folder.number(), name, found)) continue;
      const FileStatus status = StatusOf(found);
      entries_.push_back({below, status.kind, status.mode, status.stamp});
      if (status.kind == FileKind::Folder) folders.emplace_back(below, found);
    }
    // Closed before going down, so that a deep tree does not use up the descriptors.
    entered->folder.Reset();
    for (const auto& [below, found] : folders) CAIRN_TRY(GoDown(below, found));
    return {};
  }

  bool Look(int folder, const std::string& name, struct stat& found) const {
    if (symlinks_ == Symlinks::Follow && fstatat(folder, name.c_str(), &found, 0) == 0) return true;
    return fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
  }

  Result<> GoDown(const std::string& below, const struct stat& found) {
    const auto identity = std::make_pair(found.st_dev, found.st_ino);
    if (std::find(above_.begin(), above_.end(), identity) != above_.end()) {
      return Error{Reason::InvalidArgument,
                   "The link '" + JoinPath(root_, below) +
                       "' leads back to a folder above it; remove the link or list without it."};
    }
    if (above_.size() > kMaxDepth) {
      return Error{Reason::InvalidArgument, "'" + root_ + "' is nested too deeply; flatten its folders."};
    }
    above_.push_back(identity);
    CAIRN_TRY(WalkFolder(below));
    above_.pop_back();
    return {};
  }

  std::string root_;
  Symlinks symlinks_;
  std::vector<std::pair<dev_t, ino_t>> above_;
  std::vector<TreeEntry> entries_;
};

Result<> RemoveBelow(int parent, const std::string& name, const std::string& path) {
  if (unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM) return SystemError(errno, "remove", path);
  const Descriptor folder(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return SystemError(errno, "remove", path);
  const Listing listing = CAIRN_TRY(Enter("/proc/self/fd/" + std::to_string(folder.number()), 0));
  for (const std::string& below : listing.names)
    CAIRN_TRY(RemoveBelow(folder.number(), below, path + "/" + below));
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
    return SystemError(errno, "remove", path);
  return {};
}

}  // namespace

FileStatus StatusOf(const struct stat& found) {
  FileStatus status;
  status.kind = S_ISREG(found.st_mode)   ? FileKind::File
                : S_ISDIR(found.st_mode) ? FileKind::Folder
                : S_ISLNK(found.st_mode) ? FileKind::Symlink
                                         : FileKind::Other;
  status.mode = found.st_mode & 07777u;
  status.links = found.st_nlink;
  status.device = found.st_dev;
  status.stamp.inode = found.st_ino;
  status.stamp.size = static_cast<std::uint64_t>(found.st_size);
  status.stamp.mtime_ns = std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec;
  status.stamp.ctime_ns = std::int64_t{found.st_ctim.tv_sec} * 1'000'000'000 + found.st_ctim.tv_nsec;
  return status;
}

Result<std::vector<TreeEntry>> ListTree(const std::string& root, Symlinks symlinks) {
  return TreeWalk(root, symlinks).Walk();
}

Result<std::vector<std::string>> ListFolder(const std::string& folder) {
  return CAIRN_TRY(Enter(folder, 0)).names;
}

Result<> RemoveTree(const std::string& path) { return RemoveBelow(AT_FDCWD, path, path); }

}  // namespace cairn::os

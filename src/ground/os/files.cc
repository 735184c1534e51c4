#include "ground/os/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "ground/os/descriptor.h"
#include "ground/os/file_status.h"
#include "ground/os/new_file.h"
#include "ground/os/system_error.h"

namespace cairn::os {

Result<FileStatus> Stat(const std::string& path, Symlinks symlinks) {
  struct stat found {};
  const int flags = symlinks == Symlinks::Report ? AT_SYMLINK_NOFOLLOW : 0;
  if (fstatat(AT_FDCWD, path.c_str(), &found, flags) != 0) return SystemError(errno, "read", path);
  return StatusOf(found);
}

bool Exists(const std::string& path) { return static_cast<bool>(Stat(path)); }

bool IsFolder(const std::string& path) {
  const auto status = Stat(path);
  return status && status->kind == FileKind::Folder;
}

Result<std::string> ReadFile(const std::string& path, std::uint64_t limit) {
  const Descriptor file = CAIRN_TRY(Open(path, O_RDONLY));
  struct stat status {};
  if (fstat(file.number(), &status) != 0) return SystemError(errno, "read", path);
  const auto too_large = [&] {
    return Error{Reason::TooLarge, "'" + path + "' has more than the " + std::to_string(limit) +
                                       " bytes that are read from such a file."};
  };
  const auto expected = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
  if (expected > limit) return too_large();
  std::string bytes;
  std::size_t filled = 0;
  for (;;) {
    // One byte more than expected, so that the end of an unchanged file is seen without growing.
    if (filled == bytes.size())
      bytes.resize(filled == 0 ? expected + 1 : filled + std::max<std::size_t>(filled, 65536));
    const std::size_t count =
        CAIRN_TRY(ReadSome(file.number(), bytes.data() + filled, bytes.size() - filled, path));
    if (count == 0) break;
    filled += count;
    if (filled > limit) return too_large();
  }
  bytes.resize(filled);
  return bytes;
}

Result<> WriteFileAtomically(const std::string& path, std::string_view bytes, unsigned mode) {
  NewFile file = CAIRN_TRY(NewFile::Create(path, mode));
  CAIRN_TRY(file.Append(bytes));
  return file.Publish();
}

Result<> MakeFolders(const std::string& path, unsigned mode) {
  // What others take away between two looks is made after all.
  constexpr int kAttempts = 100;
  int why = 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (path.empty() || mkdir(path.c_str(), mode) == 0) return {};
    why = errno;
    if (why == EEXIST) {
      if (IsFolder(path)) return {};
      struct stat found {};
      if (lstat(path.c_str(), &found) != 0 || S_ISDIR(found.st_mode)) continue;
      return Error{Reason::AlreadyExists,
                   "Cannot create the folder '" + path + "': a file is in its place; move it away."};
    }
    if (why != ENOENT) break;
    const std::string parent = ParentOf(path);
    if (parent == path) break;
    CAIRN_TRY(MakeFolders(parent, mode));
  }
  return SystemError(why, "create", path);
}

Result<> Rename(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return SystemError(errno, "move '" + from + "' to", to);
  return {};
}

Result<> SetMode(const std::string& path, unsigned mode) {
  if (chmod(path.c_str(), mode) != 0) return SystemError(errno, "change the permissions of", path);
  return {};
}

Result<> Remove(const std::string& path) {
  if (unlink(path.c_str()) == 0) return {};
  if (errno == EISDIR && rmdir(path.c_str()) == 0) return {};
  return SystemError(errno, "remove", path);
}

Result<> SyncFile(const std::string& path) {
  const Descriptor file = CAIRN_TRY(Open(path, O_RDONLY));
  if (fdatasync(file.number()) != 0) return SystemError(errno, "write", path);
  return {};
}

Result<> SyncFolder(const std::string& folder) {
  const Descriptor opened = CAIRN_TRY(Open(folder, O_RDONLY | O_DIRECTORY));
  if (fsync(opened.number()) != 0) return SystemError(errno, "write", folder);
  return {};
}

Result<> SyncFileSystem(const std::string& folder) {
  const Descriptor opened = CAIRN_TRY(Open(folder, O_RDONLY | O_DIRECTORY));
  if (syncfs(opened.number()) != 0) return SystemError(errno, "write", folder);
  return {};
}

Result<std::uint64_t> FreeSpace(const std::string& path) {
  struct statvfs found {};
  if (statvfs(path.c_str(), &found) != 0) return SystemError(errno, "read", path);
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

}  // namespace cairn::os

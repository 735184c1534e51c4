#include "ground/os/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

/// Whether `path` still names the file that was opened: its last holder may have removed it.
bool StillNames(const std::string& path, int descriptor) {
  struct stat held {};
  struct stat named {};
  return fstat(descriptor, &held) == 0 && stat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

Result<std::optional<Descriptor>> Lock(const std::string& path, int flags) {
  for (;;) {
    Descriptor file = CAIRN_TRY(Open(path, O_RDWR | O_CREAT));
    while (flock(file.number(), flags) != 0) {
      if (errno == EWOULDBLOCK) return std::optional<Descriptor>();
      if (errno != EINTR) return SystemError(errno, "lock", path);
    }
    if (StillNames(path, file.number())) return std::optional(std::move(file));
  }
}

}  // namespace

Result<std::optional<FileLock>> FileLock::Try(const std::string& path) {
  auto file = CAIRN_TRY(Lock(path, LOCK_EX | LOCK_NB));
  if (!file) return std::optional<FileLock>();
  return std::optional(FileLock(path, *std::move(file)));
}

Result<FileLock> FileLock::Wait(const std::string& path) {
  return FileLock(path, *CAIRN_TRY(Lock(path, LOCK_EX)));
}

Result<> FileLock::Say(const std::string& text) {
  if (ftruncate(file_.number(), 0) != 0 || lseek(file_.number(), 0, SEEK_SET) != 0)
    return SystemError(errno, "write", path_);
  return WriteAll(file_.number(), text, path_);
}

Result<> FileLock::RemoveFile() {
  if (unlink(path_.c_str()) != 0 && errno != ENOENT) return SystemError(errno, "remove", path_);
  return {};
}

}  // namespace cairn::os

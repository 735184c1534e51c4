#include "ground/os/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ground/os/file_status.h"
#include "ground/os/system_error.h"

namespace cairn::os {

void Descriptor::Reset(int number) {
  if (number_ >= 0) close(number_);
  number_ = number;
}

Result<Descriptor> Open(const std::string& path, int flags, unsigned mode) {
  if (path.find('\0') != std::string::npos) {
    return Error{Reason::InvalidArgument,
                 "A path may not contain a NUL character; check '" + std::string(path.c_str()) + "'."};
  }
  for (;;) {
    const int number = open(path.c_str(), flags | O_CLOEXEC, mode);
    if (number >= 0) return Descriptor(number);
    if (errno == EINTR) continue;
    const int accessed = flags & O_ACCMODE;
    return SystemError(errno, accessed == O_RDONLY ? "read" : "write", path);
  }
}

Result<Descriptor> OpenToRead(const std::string& path) {
  Descriptor file = CAIRN_TRY(Open(path, O_RDONLY));
  posix_fadvise(file.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

Result<Descriptor> OpenToChange(const std::string& path) { return Open(path, O_WRONLY); }

Result<Descriptor> OpenToAppend(const std::string& path, unsigned mode) {
  return Open(path, O_WRONLY | O_CREAT | O_APPEND, mode);
}

Result<Descriptor> CreateFile(const std::string& path, unsigned mode) {
  return Open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
}

Result<FileStatus> StatusOf(const Descriptor& file, const std::string& path) {
  struct stat found {};
  if (fstat(file.number(), &found) != 0) return SystemError(errno, "read", path);
  return StatusOf(found);
}

void BeginWriteback(const Descriptor& file) { sync_file_range(file.number(), 0, 0, SYNC_FILE_RANGE_WRITE); }

Result<> WriteAt(const Descriptor& file, std::string_view bytes, std::uint64_t offset,
                 const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemError(errno, "write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<std::size_t> ReadSome(int descriptor, char* buffer, std::size_t size, const std::string& path) {
  for (;;) {
    const ssize_t count = read(descriptor, buffer, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return SystemError(errno, "read", path);
  }
}

Result<> WriteAll(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemError(errno, "write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace cairn::os

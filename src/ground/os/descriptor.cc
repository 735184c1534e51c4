#include "ground/os/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "ground/os/system_error.h"

namespace cairn::os {

void Descriptor::Reset(int number) {
  if (number_ >= 0) close(number_);
  number_ = number;
}

Result<Descriptor> Open(const std::string& path, int flags, unsigned mode) {
  if (path.find('\0') != std::string::npos) {
    return Error{Reason::InvalidArgument, "A path may not contain a NUL character; check '" + std::string(path.c_str()) + "'."};
  }
  for (;;) {
    const int number = open(path.c_str(), flags | O_CLOEXEC, mode);
    if (number >= 0) return Descriptor(number);
    if (errno == EINTR) continue;
    const int accessed = flags & O_ACCMODE;
    return SystemError(errno, accessed == O_RDONLY ? "read" : "write", path);
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

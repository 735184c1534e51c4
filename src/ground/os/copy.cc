#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

bool MeansUnable(int code) {
  return code == EXDEV || code == EOPNOTSUPP || code == ENOTTY || code == EINVAL || code == ENOSYS ||
         code == EPERM;
}

Result<> CopyThroughMemory(int from, int to, const std::string& path) {
  std::string buffer(1 << 20, '\0');
  for (;;) {
    const std::size_t count = CAIRN_TRY(ReadSome(from, buffer.data(), buffer.size(), path));
    if (count == 0) return {};
    CAIRN_TRY(WriteAll(to, std::string_view(buffer).substr(0, count), path));
  }
}

Result<> CopyBytes(int from, int to, const std::string& path) {
  if (ioctl(to, FICLONE, from) == 0) return {};
  bool copied_some = false;
  for (;;) {
    const ssize_t count = copy_file_range(from, nullptr, to, nullptr, std::size_t{1} << 30, 0);
    if (count > 0) {
      copied_some = true;
    } else if (count == 0) {
      // Some pseudo file systems give 0 at once although there are bytes to read.
      return copied_some ? Result<>() : CopyThroughMemory(from, to, path);
    } else if (errno != EINTR) {
      if (!copied_some && MeansUnable(errno)) return CopyThroughMemory(from, to, path);
      return SystemError(errno, "write", path);
    }
  }
}

}  // namespace

Result<> HardLink(const std::string& from, const std::string& to) {
  if (link(from.c_str(), to.c_str()) != 0) return SystemError(errno, "link '" + from + "' to", to);
  return {};
}

Result<> Symlink(const std::string& target, const std::string& at) {
  if (symlink(target.c_str(), at.c_str()) != 0) return SystemError(errno, "create the link", at);
  return {};
}

Result<> Reflink(const std::string& from, const std::string& to, unsigned mode) {
  const Descriptor source = CAIRN_TRY(Open(from, O_RDONLY));
  const Descriptor target = CAIRN_TRY(Open(to, O_WRONLY | O_CREAT | O_EXCL, mode));
  if (ioctl(target.number(), FICLONE, source.number()) == 0) return {};
  const int why = errno;
  unlink(to.c_str());
  return SystemError(MeansUnable(why) ? EOPNOTSUPP : why, "share the blocks of '" + from + "' with", to);
}

Result<> CopyFile(const std::string& from, const std::string& to, unsigned mode) {
  const Descriptor source = CAIRN_TRY(Open(from, O_RDONLY));
  const Descriptor target = CAIRN_TRY(Open(to, O_WRONLY | O_CREAT | O_EXCL, mode));
  auto copied = CopyBytes(source.number(), target.number(), to);
  if (!copied) unlink(to.c_str());
  return copied;
}

}  // namespace cairn::os

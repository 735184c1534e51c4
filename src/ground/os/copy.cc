#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <new>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

/// File systems take a part of a longer range only; this much all of them take at once.
constexpr std::uint64_t kMostShared = 16 * 1024 * 1024;

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
  return Reflink(CAIRN_TRY(Open(from, O_RDONLY)), from, to, mode);
}

Result<> Reflink(const Descriptor& from, const std::string& from_path, const std::string& to, unsigned mode) {
  const Descriptor target = CAIRN_TRY(CreateFile(to, mode));
  if (ioctl(target.number(), FICLONE, from.number()) == 0) return {};
  const int why = errno;
  unlink(to.c_str());
  return SystemError(MeansUnable(why) ? EOPNOTSUPP : why, "share the blocks of '" + from_path + "' with", to);
}

Result<> ShareBlocks(const std::string& twin, const std::string& file) {
  const Descriptor source = CAIRN_TRY(Open(twin, O_RDONLY));
  const Descriptor target = CAIRN_TRY(Open(file, O_RDWR));
  struct stat of_source {};
  struct stat of_target {};
  if (fstat(source.number(), &of_source) != 0) return SystemError(errno, "read", twin);
  if (fstat(target.number(), &of_target) != 0) return SystemError(errno, "read", file);
  const Error differs{Reason::Conflict, "'" + twin + "' and '" + file + "' do not hold the same bytes."};
  if (of_source.st_size != of_target.st_size) return differs;
  const auto size = static_cast<std::uint64_t>(of_source.st_size);
  alignas(file_dedupe_range) char room[sizeof(file_dedupe_range) + sizeof(file_dedupe_range_info)];
  for (std::uint64_t at = 0; at < size;) {
    auto* const range = new (room) file_dedupe_range{};
    auto* const info = new (range->info) file_dedupe_range_info{};
    range->src_offset = info->dest_offset = at;
    range->src_length = std::min<std::uint64_t>(size - at, kMostShared);
    range->dest_count = 1;
    info->dest_fd = target.number();
    const int done = ioctl(source.number(), FIDEDUPERANGE, range);
    const int why = done != 0 ? errno : -info->status;
    if (done == 0 && info->status == FILE_DEDUPE_RANGE_DIFFERS) return differs;
    if (why > 0)
      return SystemError(MeansUnable(why) ? EOPNOTSUPP : why, "share the blocks of '" + twin + "' with",
                         file);
    if (info->bytes_deduped == 0) return differs;
    at += info->bytes_deduped;
  }
  return {};
}

Result<> CopyFile(const std::string& from, const std::string& to, unsigned mode) {
  const Descriptor source = CAIRN_TRY(Open(from, O_RDONLY));
  const Descriptor target = CAIRN_TRY(Open(to, O_WRONLY | O_CREAT | O_EXCL, mode));
  auto copied = CopyBytes(source.number(), target.number(), to);
  if (!copied) unlink(to.c_str());
  return copied;
}

}  // namespace cairn::os

#include "ground/os/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "ground/os/descriptor.h"
#include "ground/os/system_error.h"

namespace cairn::os {

Result<MappedFile> MappedFile::Open(const std::string& path) {
  const Descriptor file = CAIRN_TRY(os::Open(path, O_RDONLY));
  struct stat status {};
  if (fstat(file.number(), &status) != 0) return SystemError(errno, "read", path);
  if (S_ISDIR(status.st_mode)) return SystemError(EISDIR, "read", path);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile(std::string_view());
  void* start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (start == MAP_FAILED) return SystemError(errno, "read", path);
  return MappedFile(std::string_view(static_cast<const char*>(start), size));
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace cairn::os

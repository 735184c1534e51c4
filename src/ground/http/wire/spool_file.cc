#include "ground/http/wire/spool_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace cairn::http::wire {
namespace {

constexpr std::string_view kPrefix = "body-";
constexpr std::uint64_t kFlushed = 8 * 1024 * 1024;

/// Marks the file as in use for as long as the descriptor is open, in this process and in others. False when
/// it is already.
bool Lock(int descriptor) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return ::fcntl(descriptor, F_OFD_SETLK, &lock) == 0;
}

Error Failure(const std::string& what, const std::string& path, int code) {
  const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
  return {full ? Reason::Exhausted : Reason::Internal,
          what + " '" + path + "' failed: " + std::generic_category().message(code) +
              (full ? ". Free some space and send it again." : ".")};
}

}  // namespace

Result<std::unique_ptr<SpoolFile>> SpoolFile::Create(const std::string& folder) {
  for (;;) {
    std::string path = folder + "/" + std::string(kPrefix) + "XXXXXX";
    const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor < 0) return Failure("Creating a file in", folder, errno);
    auto file = std::unique_ptr<SpoolFile>(new SpoolFile(descriptor, std::move(path)));
    // Another process that starts may have swept it away before it was marked.
    struct stat facts {};
    if (!Lock(descriptor) || ::fstat(descriptor, &facts) != 0 || facts.st_nlink > 0) return file;
  }
}

void SpoolFile::Sweep(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string path = entry.path().string();
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) continue;
    if (Lock(descriptor)) ::unlink(path.c_str());
    ::close(descriptor);
  }
}

SpoolFile::SpoolFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

SpoolFile::~SpoolFile() {
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

Result<> SpoolFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure("Writing the body to", path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    written_ += static_cast<std::uint64_t>(written);
  }
  if (written_ - on_its_way_ >= kFlushed) {
    ::sync_file_range(descriptor_, static_cast<off_t>(on_its_way_),
                      static_cast<off_t>(written_ - on_its_way_), SYNC_FILE_RANGE_WRITE);
    on_its_way_ = written_;
  }
  return {};
}

Result<std::unique_ptr<FileSource>> FileSource::Open(const std::string& path, std::uint64_t offset,
                                                     std::uint64_t length) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return Error{Reason::NotFound,
                 "'" + path + "' cannot be read: " + std::generic_category().message(errno) + "."};
  }
  auto source = std::unique_ptr<FileSource>(new FileSource(descriptor, path, offset, length));
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0 || static_cast<std::uint64_t>(facts.st_size) < offset + length) {
    return Error{Reason::Corrupt, "'" + path + "' is shorter than recorded."};
  }
  return source;
}

FileSource::FileSource(int descriptor, std::string path, std::uint64_t offset, std::uint64_t length)
    : descriptor_(descriptor), path_(std::move(path)), offset_(offset), left_(length) {}

FileSource::~FileSource() { ::close(descriptor_); }

Result<> FileSource::Read(std::string& chunk, std::size_t most) {
  chunk.resize(static_cast<std::size_t>(std::min<std::uint64_t>(most, left_)));
  std::size_t filled = 0;
  while (filled < chunk.size()) {
    const ssize_t got = ::pread(descriptor_, chunk.data() + filled, chunk.size() - filled,
                                static_cast<off_t>(offset_ + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failure("Reading", path_, errno);
    if (got == 0) return Error{Reason::Corrupt, "'" + path_ + "' became shorter while it was sent."};
    filled += static_cast<std::size_t>(got);
  }
  offset_ += filled;
  left_ -= filled;
  return {};
}

}  // namespace cairn::http::wire

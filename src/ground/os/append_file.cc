#include "ground/os/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

class SystemAppendFile final : public AppendFile {
 public:
  SystemAppendFile(std::string path, Descriptor file, std::uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}

  Result<> Append(std::string_view bytes) override {
    if (broken_) return Broken();
    auto written = WriteAll(file_.number(), bytes, path_);
    if (!written) {
      if (ftruncate(file_.number(), static_cast<off_t>(size_.load())) != 0) broken_ = true;
      return written;
    }
    size_ += bytes.size();
    return {};
  }

  Result<> Sync() override {
    if (broken_) return Broken();
    if (fdatasync(file_.number()) == 0) return {};
    // The kernel forgets the failed pages, so that a second sync would lie.
    broken_ = true;
    return SystemError(errno, "write", path_);
  }

  std::uint64_t size() const override { return size_; }

 private:
  Error Broken() const {
    return {Reason::Corrupt, "An earlier write to '" + path_ +
                                 "' failed, so nothing more is added to it; check the disk and start again."};
  }

  const std::string path_;
  const Descriptor file_;
  std::atomic<std::uint64_t> size_;
  std::atomic<bool> broken_ = false;
};

}  // namespace

Result<std::unique_ptr<AppendFile>> SystemDisk::OpenAppend(const std::string& path) {
  Descriptor file = CAIRN_TRY(OpenToAppend(path));
  struct stat status {};
  if (fstat(file.number(), &status) != 0) return SystemError(errno, "read", path);
  // Nothing was added before the name was on disk.
  if (status.st_size == 0) CAIRN_TRY(SyncFolder(ParentOf(path)));
  return std::unique_ptr<AppendFile>(
      std::make_unique<SystemAppendFile>(path, std::move(file), static_cast<std::uint64_t>(status.st_size)));
}

Result<std::string> SystemDisk::Read(const std::string& path) const { return ReadFile(path); }

Result<std::vector<std::string>> SystemDisk::List(const std::string& folder) const {
  auto listed = ListFolder(folder);
  if (!listed && listed.error().reason == Reason::NotFound) return std::vector<std::string>();
  return listed;
}

Result<> SystemDisk::Cut(const std::string& path, std::uint64_t size) {
  const Descriptor file = CAIRN_TRY(Open(path, O_WRONLY));
  if (ftruncate(file.number(), static_cast<off_t>(size)) != 0) return SystemError(errno, "shorten", path);
  if (fsync(file.number()) != 0) return SystemError(errno, "write", path);
  return {};
}

Result<> SystemDisk::Remove(const std::string& path) {
  const auto removed = os::Remove(path);
  if (!removed && removed.error().reason == Reason::NotFound) return {};
  return removed;
}

}  // namespace cairn::os

#include "ground/os/testing/crash_disk.h"

#include <algorithm>

#include "ground/os/files.h"

namespace cairn::os::testing {
namespace {

constexpr std::uint64_t kBlock = 512;

}  // namespace

class CrashDiskFile final : public AppendFile {
 public:
  CrashDiskFile(CrashDisk& disk, std::string path, std::uint64_t life)
      : disk_(disk), path_(std::move(path)), life_(life) {}

  Result<> Append(std::string_view bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (auto refused = Refused(); !refused) return refused;
    std::uint64_t used = bytes.size();
    for (const auto& [path, content] : disk_.files_) used += content.bytes.size();
    if (used > disk_.capacity_)
      return Error{Reason::Exhausted,
                   "Cannot write '" + path_ + "': the disk is full; free some space and try again."};
    disk_.files_[path_].bytes += bytes;
    return {};
  }

  Result<> Sync() override {
    const std::lock_guard lock(disk_.mutex_);
    if (auto refused = Refused(); !refused) return refused;
    CrashDisk::Content& content = disk_.files_[path_];
    if (std::exchange(disk_.fail_next_sync_, false)) {
      broken_ = true;
      return Error{Reason::Corrupt,
                   "Cannot write '" + path_ + "': the device reports an input/output error; check the disk."};
    }
    content.synced = content.bytes.size();
    return {};
  }

  std::uint64_t size() const override {
    const std::lock_guard lock(disk_.mutex_);
    const auto found = disk_.files_.find(path_);
    return found == disk_.files_.end() ? 0 : found->second.bytes.size();
  }

 private:
  Result<> Refused() const {
    if (life_ != disk_.life_)
      return Error{Reason::Unavailable,
                   "The power was lost after '" + path_ + "' was opened; open it again."};
    if (broken_)
      return Error{Reason::Corrupt,
                   "An earlier write to '" + path_ + "' failed, so nothing more is added to it."};
    return {};
  }

  CrashDisk& disk_;
  const std::string path_;
  const std::uint64_t life_;
  bool broken_ = false;
};

Result<std::unique_ptr<AppendFile>> CrashDisk::OpenAppend(const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_.try_emplace(path);
  return std::unique_ptr<AppendFile>(std::make_unique<CrashDiskFile>(*this, path, life_));
}

Result<std::string> CrashDisk::Read(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end())
    return Error{Reason::NotFound, "Cannot read '" + path + "': there is no such file."};
  return found->second.bytes;
}

Result<std::vector<std::string>> CrashDisk::List(const std::string& folder) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [path, content] : files_) {
    if (ParentOf(path) == folder) names.push_back(BaseName(path));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<> CrashDisk::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_.erase(path);
  return {};
}

Result<> CrashDisk::Cut(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end())
    return Error{Reason::NotFound, "Cannot shorten '" + path + "': there is no such file."};
  found->second.bytes.resize(size);
  found->second.synced = size;
  return {};
}

void CrashDisk::Crash() {
  const std::lock_guard lock(mutex_);
  ++life_;
  for (auto& [path, content] : files_) LoseUnsynced(content);
}

void CrashDisk::LoseUnsynced(Content& content) {
  const std::uint64_t unsynced = content.bytes.size() - content.synced;
  const std::uint64_t kept = std::uniform_int_distribution<std::uint64_t>(0, unsynced)(random_);
  content.bytes.resize(content.synced + kept);
  for (std::uint64_t at = content.synced; at < content.bytes.size();) {
    const std::uint64_t end = std::min<std::uint64_t>((at / kBlock + 1) * kBlock, content.bytes.size());
    if (random_() % 4 == 0)
      std::fill(content.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                content.bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    at = end;
  }
  content.synced = content.bytes.size();
}

void CrashDisk::SetCapacity(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

void CrashDisk::FailNextSync() {
  const std::lock_guard lock(mutex_);
  fail_next_sync_ = true;
}

std::uint64_t CrashDisk::Durable(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  return found == files_.end() ? 0 : found->second.synced;
}

}  // namespace cairn::os::testing

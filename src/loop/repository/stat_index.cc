#include "loop/repository/stat_index.h"

#include <chrono>
#include <cstring>

#include "ground/vocabulary/digest.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kMagic = "cairn stat index 1\n";
/// File systems stamp with a coarse clock: a file written twice within this time may carry one stamp.
constexpr std::int64_t kSettledNs = 50'000'000;

void AppendNumber(std::string& out, std::uint64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

bool TakeNumber(std::string_view& rest, std::uint64_t& value) {
  if (rest.size() < sizeof value) return false;
  std::memcpy(&value, rest.data(), sizeof value);
  rest.remove_prefix(sizeof value);
  return true;
}

bool TakeBytes(std::string_view& rest, std::size_t count, std::string_view& bytes) {
  if (rest.size() < count) return false;
  bytes = rest.substr(0, count);
  rest.remove_prefix(count);
  return true;
}

}  // namespace

StatIndex::StatIndex(StatIndex&& other) noexcept
    : file_(std::move(other.file_)), entries_(std::move(other.entries_)), changed_(other.changed_) {}

StatIndex StatIndex::Open(std::string file) {
  StatIndex index(std::move(file));
  const auto bytes = os::ReadFile(index.file_);
  if (bytes && !index.Load(*bytes)) index.entries_.clear();
  return index;
}

bool StatIndex::Load(std::string_view rest) {
  if (!rest.starts_with(kMagic)) return false;
  rest.remove_prefix(kMagic.size());
  while (!rest.empty()) {
    std::uint64_t inode = 0, size = 0, mtime = 0, ctime = 0, length = 0;
    std::string_view md5, sha256, path;
    if (!TakeNumber(rest, inode) || !TakeNumber(rest, size) || !TakeNumber(rest, mtime) ||
        !TakeNumber(rest, ctime) || !TakeBytes(rest, 16, md5) || !TakeBytes(rest, 32, sha256) ||
        !TakeNumber(rest, length) || !TakeBytes(rest, length, path)) {
      return false;
    }
    entries_[std::string(path)] = {
        {inode, size, static_cast<std::int64_t>(mtime), static_cast<std::int64_t>(ctime)},
        {HexOf(md5), HexOf(sha256), size}};
  }
  return true;
}

std::optional<crypto::Digests> StatIndex::Find(const std::string& path, const os::FileStamp& stamp) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(path);
  if (found == entries_.end() || !(found->second.stamp == stamp)) return std::nullopt;
  return found->second.digests;
}

void StatIndex::Remember(const std::string& path, const os::FileStamp& stamp,
                         const crypto::Digests& digests) {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  if (now.count() - std::max(stamp.mtime_ns, stamp.ctime_ns) < kSettledNs) return;
  const std::lock_guard lock(mutex_);
  entries_[path] = {stamp, digests};
  changed_ = true;
}

Result<> StatIndex::Save() {
  const std::lock_guard lock(mutex_);
  if (!changed_) return Done{};
  std::string bytes(kMagic);
  for (const auto& [path, entry] : entries_) {
    const auto md5 = BytesOfHex(entry.digests.md5), sha256 = BytesOfHex(entry.digests.sha256);
    if (!md5 || !sha256 || md5->size() != 16 || sha256->size() != 32) continue;
    AppendNumber(bytes, entry.stamp.inode);
    AppendNumber(bytes, entry.stamp.size);
    AppendNumber(bytes, static_cast<std::uint64_t>(entry.stamp.mtime_ns));
    AppendNumber(bytes, static_cast<std::uint64_t>(entry.stamp.ctime_ns));
    bytes += *md5;
    bytes += *sha256;
    AppendNumber(bytes, path.size());
    bytes += path;
  }
  CAIRN_TRY(os::MakeFolders(os::ParentOf(file_)));
  CAIRN_TRY(os::WriteFileAtomically(file_, bytes, 0600));
  changed_ = false;
  return Done{};
}

}  // namespace cairn::repository

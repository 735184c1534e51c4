#include "loop/repository/scan/digest.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "ground/os/pool.h"
#include "loop/repository/legacy_digest.h"

namespace cairn::repository {
namespace {

constexpr std::size_t kBuffer = 1 << 20;
/// Taken by a thread at once, so that a million small tasks do not meet at one counter.
constexpr std::size_t kShare = 32;

/// The rest of a file of which the first `count` bytes are in the buffer.
Result<> HashRest(const os::Descriptor& file, const std::string& path, const os::FileStamp& stamp,
                  char* buffer, std::size_t count, crypto::Hasher& hasher,
                  const std::function<void(std::uint64_t)>& read) {
  for (std::uint64_t all = 0; count > 0;
       count = CAIRN_TRY(os::ReadSome(file.number(), buffer, kBuffer, path))) {
    all += count;
    if (all > stamp.size) return Unsettled(path);
    hasher.Add({buffer, count});
    if (read) read(count);
  }
  return Done{};
}

char* Buffer() {
  thread_local const std::unique_ptr<char[]> buffer(new char[kBuffer]);
  return buffer.get();
}

}  // namespace

Error Unsettled(const std::string& path) {
  return {Reason::Conflict, "'" + path + "' changed while it was read; try again when it is settled"};
}

Result<os::Descriptor> OpenAsSeen(const std::string& path, const os::FileStamp& stamp) {
  auto file = os::OpenToRead(path);
  if (!file) return file.error().reason == Reason::NotFound ? Unsettled(path) : file.error();
  CAIRN_TRY(CheckAsSeen(*file, path, stamp));
  return file;
}

Result<> CheckAsSeen(const os::Descriptor& file, const std::string& path, const os::FileStamp& stamp) {
  return CAIRN_TRY(os::StatusOf(file, path)).stamp == stamp ? Result<>() : Unsettled(path);
}

Result<Md5Digest> DigestFile(const std::string& path, const os::FileStamp& stamp,
                             const std::function<void(std::uint64_t)>& read) {
  const os::Descriptor file = CAIRN_TRY(OpenAsSeen(path, stamp));
  char* const buffer = Buffer();
  const std::size_t count = CAIRN_TRY(os::ReadSome(file.number(), buffer, kBuffer, path));
  Md5Digest md5;
  if (count == stamp.size && count < kBuffer) {
    md5 = crypto::Md5({buffer, count});
    if (read) read(count);
  } else {
    crypto::Hasher hasher(crypto::Kinds::Md5);
    CAIRN_TRY(HashRest(file, path, stamp, buffer, count, hasher, read));
    md5 = *Md5OfHex(hasher.Finish().md5);
  }
  CAIRN_TRY(CheckAsSeen(file, path, stamp));
  return md5;
}

Result<Md5Digest> DigestOf(const std::string& path, const Fingerprint& key, const os::FileStamp& stamp,
                           std::int64_t began_ns, StatIndex& index) {
  const Fingerprint state = Fingerprint::Of(stamp);
  if (const auto known = index.Find(Fact::Md5, key, state)) return *known;
  const Md5Digest md5 = CAIRN_TRY(DigestFile(path, stamp, nullptr));
  if (IsSettled(stamp, began_ns)) index.Remember(Fact::Md5, key, state, md5);
  return md5;
}

Result<crypto::Digests> DigestsOfFile(const std::string& path, const os::FileStamp& stamp) {
  const os::Descriptor file = CAIRN_TRY(OpenAsSeen(path, stamp));
  crypto::Hasher hasher(crypto::Kinds::Md5AndSha256);
  const std::size_t count = CAIRN_TRY(os::ReadSome(file.number(), Buffer(), kBuffer, path));
  CAIRN_TRY(HashRest(file, path, stamp, Buffer(), count, hasher, nullptr));
  CAIRN_TRY(CheckAsSeen(file, path, stamp));
  return hasher.Finish();
}

Result<Md5Digest> LegacyDigestFile(const std::string& path, const os::FileStamp& stamp) {
  const os::Descriptor file = CAIRN_TRY(OpenAsSeen(path, stamp));
  const auto md5 = LegacyMd5Of(path, stamp.size);
  if (!md5) return md5.error().reason == Reason::Conflict ? Unsettled(path) : md5.error();
  CAIRN_TRY(CheckAsSeen(file, path, stamp));
  return *Md5OfHex(*md5);
}

Result<> ForEach(std::size_t count, const std::function<Result<>(std::size_t)>& work) {
  std::mutex mutex;
  std::optional<Error> error;
  std::size_t failed = count;
  std::atomic<bool> any = false;
  const std::size_t share = count < 64 * kShare ? 1 : kShare, shares = (count + share - 1) / share;
  os::ForEachIndex(shares, os::Processors(), [&](std::size_t s) {
    for (std::size_t i = s * share; i < std::min(count, (s + 1) * share) && !any; ++i) {
      auto done = work(i);
      if (done) continue;
      const std::lock_guard lock(mutex);
      any = true;
      if (i < failed) {
        failed = i;
        error = std::move(done).error();
      }
    }
  });
  if (error) return *std::move(error);
  return Done{};
}

}  // namespace cairn::repository

#include "loop/repository/cache/byte_stream.h"

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "ground/crypto/hash.h"
#include "ground/os/signals.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

constexpr std::size_t kPiece = 1 << 20, kPieces = 8;
/// Below this a second thread costs more than it saves.
constexpr std::uint64_t kAlone = 8 << 20;
constexpr std::uint64_t kWriteback = 64 << 20;

/// Pieces that travel in a ring from the reader to the writer.
class Ring {
 public:
  /// The next piece to fill; null when the writer has failed.
  char* Room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return filled_ - emptied_ < kPieces || error_; });
    return error_ ? nullptr : pieces_[filled_ % kPieces].get();
  }
  void Filled(std::size_t size) {
    {
      const std::lock_guard lock(mutex_);
      sizes_[filled_++ % kPieces] = size;
    }
    changed_.notify_all();
  }
  void End() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }
  std::optional<Error> error() const { return error_; }

  void WriteAllTo(const os::Descriptor& to, const std::string& path) {
    std::uint64_t written = 0, begun = 0;
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return emptied_ < filled_ || ended_; });
      if (emptied_ == filled_) return;
      const std::string_view piece(pieces_[emptied_ % kPieces].get(), sizes_[emptied_ % kPieces]);
      lock.unlock();
      auto done = os::WriteAll(to.number(), piece, path);
      written += piece.size();
      if (done && written - begun >= kWriteback) {
        os::BeginWriteback(to);
        begun = written;
      }
      lock.lock();
      if (!done) error_ = std::move(done).error();
      ++emptied_;
      changed_.notify_all();
      if (error_) return;
    }
  }

  Ring() {
    for (auto& piece : pieces_) piece.reset(new char[kPiece]);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::unique_ptr<char[]>, kPieces> pieces_;
  std::array<std::size_t, kPieces> sizes_{};
  std::size_t filled_ = 0, emptied_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
};

Result<> ReadInto(Ring& ring, const os::Descriptor& from, const std::string& path, std::uint64_t expected,
                  crypto::Hasher& hasher, const std::function<void(std::uint64_t)>& read) {
  std::uint64_t all = 0;
  while (char* const room = ring.Room()) {
    const std::size_t count = CAIRN_TRY(os::ReadSome(from.number(), room, kPiece, path));
    if (count == 0) break;
    all += count;
    if (all > expected) return Unsettled(path);
    ring.Filled(count);
    // The writer only reads the piece, so that both may look at it.
    hasher.Add({room, count});
    if (read) read(count);
  }
  return Done{};
}

Result<> CopyByTwo(const os::Descriptor& from, const std::string& from_path, const os::Descriptor& to,
                   const std::string& to_path, std::uint64_t expected, crypto::Hasher& hasher,
                   const std::function<void(std::uint64_t)>& read) {
  Ring ring;
  std::thread writer;
  {
    const os::SignalsBlocked blocked;
    writer = std::thread([&] { ring.WriteAllTo(to, to_path); });
  }
  auto done = ReadInto(ring, from, from_path, expected, hasher, read);
  ring.End();
  writer.join();
  if (auto error = ring.error()) return *std::move(error);
  return done;
}

Result<> CopyAlone(const os::Descriptor& from, const std::string& from_path, const os::Descriptor& to,
                   const std::string& to_path, std::uint64_t expected, crypto::Hasher& hasher,
                   const std::function<void(std::uint64_t)>& read) {
  thread_local const std::unique_ptr<char[]> buffer(new char[kPiece]);
  for (std::uint64_t all = 0;;) {
    const std::size_t count = CAIRN_TRY(os::ReadSome(from.number(), buffer.get(), kPiece, from_path));
    if (count == 0) return Done{};
    all += count;
    if (all > expected) return Unsettled(from_path);
    hasher.Add({buffer.get(), count});
    CAIRN_TRY(os::WriteAll(to.number(), {buffer.get(), count}, to_path));
    if (read) read(count);
  }
}

}  // namespace

Result<Streamed> CopyAndDigest(const os::Descriptor& from, const std::string& from_path,
                               const os::Descriptor& to, const std::string& to_path, std::uint64_t expected,
                               const std::function<void(std::uint64_t)>& read) {
  crypto::Hasher hasher(crypto::Kinds::Md5);
  CAIRN_TRY(
      (expected < kAlone ? CopyAlone : CopyByTwo)(from, from_path, to, to_path, expected, hasher, read));
  const auto digests = hasher.Finish();
  return Streamed{*Md5OfHex(digests.md5), digests.size};
}

}  // namespace cairn::repository

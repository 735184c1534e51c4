#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// 128 bits that stand for something larger. Not for proving anything.
struct Fingerprint {
  std::uint64_t high = 0, low = 0;

  static Fingerprint Of(std::string_view bytes);
  /// Of a path "<folder>/<name>": Of(folder).Then(Of(name)), where the folder of "name" is "".
  static Fingerprint OfPath(std::string_view path);
  static Fingerprint Of(const os::FileStamp& stamp);
  /// Of two things in this order.
  Fingerprint Then(const Fingerprint& next) const;
  /// Of a set: the order in which its members were added does not matter.
  void Add(const Fingerprint& member);
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// What can be remembered about a path.
enum class Fact : std::uint8_t {
  Md5,          ///< Of a file.
  Md5Dos2Unix,  ///< The same as DVC 2 took it.
  Sha256First,  ///< The first half of a file's SHA-256.
  Sha256Last,
  Tree,     ///< The MD5 of a folder's listing.
  Present,  ///< That the cache holds a listing and all it names.
  Sound,    ///< That an object of the cache was read, or written, whole.
};

/// Remembers what was found out about a path when it had a certain stamp (inode, size, mtime, ctime), so that
/// an unchanged tree costs one stat a file. A cache and nothing more: when it is lost or damaged it starts
/// empty. The file is a table of records of 64 bytes, each with a checksum; it is mapped, not read, and a
/// change writes the records concerned, so that a million entries cost nothing to open. Any number of
/// processes may use it at once: the last word on a path wins, and a torn record counts as none. Safe from
/// any thread.
class StatIndex {
 public:
  using Value = std::array<std::uint8_t, 16>;

  /// A missing or damaged file is an empty index; "" is one that is never saved.
  static StatIndex Open(std::string file);
  StatIndex(StatIndex&& other) noexcept;

  std::optional<Value> Find(Fact fact, const Fingerprint& path, const Fingerprint& state) const;
  void Remember(Fact fact, const Fingerprint& path, const Fingerprint& state, const Value& value);
  /// Writes what was remembered. An error costs nothing but time: the next command finds it out again.
  Result<> Save();

 private:
  /// As it lies in the file, in the machine's byte order.
  struct Record {
    Fingerprint key, state;
    Value value{};
    std::int64_t asked_s = 0;  ///< When it was remembered, or asked for much later.
    std::uint64_t check = 0;   ///< 0: nothing was ever written here.

    std::uint64_t Sum() const;
    bool IsWhole() const { return check != 0 && check == Sum(); }
  };
  struct KeyHash {
    std::size_t operator()(const Fingerprint& key) const { return key.low; }
  };
  explicit StatIndex(std::string file) : file_(std::move(file)) {}
  void Map();
  const Record* Records() const;
  std::uint64_t SlotFor(const Fingerprint& key) const;
  Result<> SaveInPlace();
  static bool Arrange(const std::vector<Record>& records, std::uint64_t capacity, std::vector<Record>& table);
  Result<> Rebuild();

  std::string file_;
  std::optional<os::MappedFile> mapped_;
  std::uint64_t capacity_ = 0;
  mutable std::shared_mutex mutex_;
  std::unordered_map<Fingerprint, Record, KeyHash> changes_;
  mutable std::mutex refreshing_;
  mutable std::vector<Record> refreshed_;  ///< Long in the table, and asked for again.
};

/// Whether a file with this stamp, whose reading began at `began_ns` (UTC), may be remembered: a write after
/// that moment must give it another stamp. File systems stamp with a coarse clock, some in whole seconds.
bool IsSettled(const os::FileStamp& stamp, std::int64_t began_ns);
/// UTC now, as file systems stamp.
std::int64_t NowNs();

}  // namespace cairn::repository

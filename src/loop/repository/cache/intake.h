#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ground/os/files.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/listing.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"

namespace cairn::repository {

/// Bytes on their way into a cache. A file is read once: what is hashed is what is written. Objects are
/// written aside, with the mode they will have; then all are put on disk in one go and get their names,
/// listings of folders last. Whenever the process dies, a name that is there is a whole object. Take… is safe
/// from any thread; Publish is for one.
///
/// An object that the cache holds already is believed when the index vouches for it: since it was last read
/// or written whole, nobody has touched it, as far as its stamp tells. Another one is read, once, and
/// replaced when its bytes are not what its name says. Damage that leaves no trace in the stamp, of a disk
/// that forgets, is for who reads: the check, a checkout, a push.
class Intake {
 public:
  /// `index` vouches for objects, and learns of sound ones; it must outlive this. Null: each object that is
  /// there is read. `read` is told of bytes as they are read, on any thread.
  static Result<Intake> Begin(const CacheUse& use, StatIndex* index,
                              std::function<void(std::uint64_t)> read = {});
  Intake(Intake&&) noexcept;
  ~Intake();

  struct Source {
    const std::string& path;
    const os::FileStamp& stamp;
    bool is_link = false;
  };
  /// The digest of a file, whose bytes are in the cache or written aside when it returns. Conflict when the
  /// file changes meanwhile or its stamp is not as given; Exhausted when the disk is full.
  Result<Md5Digest> Take(const Source& source);
  /// The same for a file whose digest is known: it is read only when the cache lacks it. Conflict when its
  /// bytes have another digest.
  Result<> TakeKnown(const Source& source, const Md5Digest& md5);
  /// An object that is made here; `name` is its MD5, with ".dir" for a listing.
  Result<> TakeBytes(std::string_view bytes, const std::string& name);

  std::uint64_t staged_bytes() const;
  std::size_t staged_files() const;
  /// What was written aside gets its names: on disk before, while the names themselves may still be lost with
  /// the power until the cache's file system is synced. Then the next batch may be taken.
  Result<> Publish();

 private:
  struct State;
  explicit Intake(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cairn::repository

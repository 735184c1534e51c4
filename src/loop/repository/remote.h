#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/repository/configuration.h"
#include "loop/repository/object_id.h"

namespace cairn::repository {

/// How much at once, and who is told. Zero jobs: as many as suit the place.
struct Pace {
  unsigned jobs = 0;
  /// Told of bytes as they move, on any thread; those of an attempt that failed were told too.
  std::function<void(std::uint64_t bytes)> moved;
};

/// An object that lies in a remote.
struct HeldObject {
  ObjectId id;
  std::uint64_t bytes = 0;
  TimeMs modified_ms = 0;
};

/// A file that a killed process left in a tree of objects on this machine.
struct Leftover {
  std::string path;
  std::uint64_t bytes = 0;
  TimeMs modified_ms = 0;
};

/// A place outside this repository with a tree of objects such as the cache's: a folder, a bucket, or a web
/// server that is only read. Requests to servers are repeated with pauses before they count as failed. One
/// thread at a time; what a call does, it does in several.
///
/// Errors: NotFound for an object that is not there, Corrupt for one whose bytes are not what its name says
/// (it is handed to nobody), Denied, Exhausted, Unavailable as the place has it. Unsupported for what a place
/// cannot do.
class Remote {
 public:
  virtual ~Remote() = default;

  /// Unsupported, with what to do instead, for an address or option of DVC's that Cairn does not serve;
  /// InvalidArgument for one that is malformed. Nothing is asked of the place yet.
  static Result<std::unique_ptr<Remote>> Open(const RemoteSettings& settings);

  /// Its address, for messages.
  virtual std::string Shown() const = 0;

  /// Which of `ids` it holds, in their order. Asks for each, or for a list of all, whichever is the less
  /// work.
  virtual Result<std::vector<bool>> Holds(std::span<const ObjectId> ids, const Pace& pace) const = 0;
  /// Everything it holds.
  virtual Result<std::vector<HeldObject>> List(const Pace& pace) const = 0;
  /// What killed processes left in it, when it is a folder; a bucket shows nothing that is not whole.
  virtual Result<std::vector<Leftover>> Leftovers() const { return std::vector<Leftover>(); }

  struct Move {
    ObjectId id;
    std::string path;         ///< On this machine.
    std::uint64_t bytes = 0;  ///< How large it is, as far as known.
  };
  /// Puts the file of each move there, and gives how each went. Visible whole or not at all, and durable when
  /// it returns. A file whose bytes are not those of `id` is not put: Corrupt.
  virtual std::vector<Result<>> Put(std::span<const Move> moves, const Pace& pace) = 0;
  /// Copies each object into the new file of its move, not synced; there is no such file when it failed.
  virtual std::vector<Result<>> Get(std::span<const Move> moves, const Pace& pace) const = 0;
  /// Fine when one is not there. In the order given.
  virtual Result<> Remove(std::span<const ObjectId> ids) = 0;

  /// Whether that is the name of an entry of a run cache, "KK/KEY/VALUE" (runs.h).
  static bool IsRun(std::string_view name);
  /// The entries that it holds, sorted. Unsupported where this and the next two are not overridden.
  virtual Result<std::vector<std::string>> Runs() const;
  /// Puts the file there as that entry; visible whole or not at all.
  virtual Result<> PutRun(const std::string& name, const std::string& path);
  /// Copies the entry into the file `path`; there is no new such file when it failed.
  virtual Result<> GetRun(const std::string& name, const std::string& path) const;
};

}  // namespace cairn::repository

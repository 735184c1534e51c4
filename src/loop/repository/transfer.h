#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/configuration.h"
#include "loop/repository/object_id.h"
#include "loop/repository/remote.h"
#include "loop/repository/tracked.h"

/// Objects on their way between the cache and remotes.
namespace cairn::repository {

/// A tracked path, or parts of a tracked folder.
struct Chosen {
  TrackedPath path;
  /// Of a folder: only what lies at or below these paths (relative to the repository's root); empty for all.
  std::vector<std::string> only;
};

/// What targets name among `tracked`: a tracked path, something in a tracked folder, a folder above tracked
/// paths, the `.dvc` file or dvc.yaml that says it, or a stage ("train", "sub/dvc.yaml:train"). Everything
/// for no targets. NotFound names the one that names nothing, and the nearest path.
Result<std::vector<Chosen>> Choose(const std::vector<TrackedPath>& tracked,
                                   std::span<const std::string> targets);

struct TransferOrder {
  std::string cache;  ///< The folder of the cache.
  const Configuration& configuration;
  std::vector<Chosen> chosen;  ///< What is not cached, or has no digest yet, is passed over.
  std::string remote;          ///< "": each path's own, else the default.
  unsigned jobs = 0;           ///< 0: as the remote's settings say, else as suits it.
  bool verify = false;  ///< Fetch reads what is in the cache already, and fetches anew what is damaged.
  /// Told how many bytes will move, as far as that is known, and of those that have; on any thread.
  std::function<void(std::uint64_t bytes)> expected, moved;
};

/// An object and the path that needs it.
struct ObjectOfPath {
  ObjectId id;
  std::string path;
};

struct TransferFailure {
  ObjectOfPath object;
  Error error;
};

struct TransferReport {
  std::size_t moved = 0;  ///< Objects, listings of folders among them.
  std::uint64_t bytes = 0;
  std::vector<ObjectOfPath> missing;    ///< Neither in the cache nor in the remote.
  std::vector<TransferFailure> failed;  ///< The others went on.
  std::vector<ObjectOfPath> mended;     ///< Were damaged in the cache; replaced from a remote.
};

/// Puts into the remote what it lacks: the files of a folder first, its listing when all of them are there.
/// Imports and paths with `push: false` are passed over. An object of the cache that is damaged is never put:
/// it is replaced from another remote that has it, or is a failure. The errors are those of
/// Configuration::Remote and of asking the remote; a failure with one object is in the report.
Result<TransferReport> Push(const TransferOrder& order);

/// Puts into the cache what it lacks. Every object is verified before it has its name. Exhausted when the
/// disk is full; what was fetched until then stays.
Result<TransferReport> Fetch(const TransferOrder& order);

/// How the cache and the remote differ.
struct Difference {
  std::vector<ObjectOfPath> only_here, only_there, missing;
};
Result<Difference> Compare(const TransferOrder& order);

}  // namespace cairn::repository

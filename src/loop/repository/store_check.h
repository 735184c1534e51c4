#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// What is wrong with a cache, or with what is tracked and should be in it.
struct StoreProblem {
  enum class Kind {
    Damaged,        ///< An object's bytes are not what its name says.
    FilesMissing,   ///< A listing names objects that are not there.
    ObjectMissing,  ///< A tracked path's object is not there.
    Unreadable,     ///< An object could not be read to the end.
  } kind = Kind::Damaged;
  std::string object;              ///< Its MD5; ends in ".dir" for a listing.
  std::string path;                ///< Where it lies in the cache, or the tracked path that needs it.
  std::vector<std::string> paths;  ///< Tracked paths (or files of tracked folders) whose content it is.
  std::size_t count = 0;           ///< Of FilesMissing: how many.
  std::string sentence;
};

struct StoreReport {
  std::size_t objects = 0, listings = 0;
  std::uint64_t bytes = 0;
  std::size_t unprotected = 0;  ///< Right, but writable; made read-only again.
  std::vector<StoreProblem> problems;
};

/// Reads every object of the cache, all processors at once, and holds it against its name; then every listing
/// against what is there, and the tracked paths against both. Nothing is removed. Damaged objects lose their
/// read-only mode, so that neither `dvc` nor Cairn trusts them any more.
Result<StoreReport> CheckStore(const Objects& objects, std::span<const TrackedPath> tracked,
                               const Meter& meter);

}  // namespace cairn::repository

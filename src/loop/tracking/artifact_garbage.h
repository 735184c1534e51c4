#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "loop/tracking/artifacts.h"

namespace cairn::tracking {

/// Artifacts that no run, logged model, experiment or other holder refers to, deleted ones that can still be
/// restored included. What an experiment that exists has below its location is its own, but for what has the
/// shape of a run's folder (`<id>/artifacts`) or a logged model's (`models/m-<id>`) when there is no such run
/// or model. What lies below no experiment's location is nobody's, and so is what an upload left that broke
/// off. Safe from any thread.
class ArtifactGarbage {
 public:
  /// Gives the URIs of what others refer to (the sources of registered versions); asked at every search.
  using Holders = std::function<Result<std::vector<std::string>>(sql::Connection&)>;
  /// All must outlive it.
  ArtifactGarbage(sql::Database& database, const os::Clock& clock, Artifacts& artifacts, Holders holders);

  /// Files that are garbage for one reason.
  struct Heap {
    std::string path;  ///< The folder or file above all of them, from the artifact root.
    std::string why;   ///< "there is no run 0a…".
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    TimeMs newest_ms = 0;
  };
  struct Finding {
    TimeMs before_ms = 0;     ///< Only what is older counts.
    std::vector<Heap> heaps;  ///< By path.
    std::vector<Artifacts::Kept> files;
    std::uint64_t bytes = 0;
    std::uint64_t young = 0;     ///< Files that nothing refers to, but not old enough.
    std::uint64_t referred = 0;  ///< Files that are referred to.
  };
  /// What is older than `grace_ms`. A heap with a file that is not so old is left alone as a whole: somebody
  /// is perhaps still filling it. InvalidArgument for a negative grace.
  Result<Finding> Find(std::int64_t grace_ms) const;
  /// Finds anew and removes it; first appends the event tracking.artifacts_collected {files, bytes, grace_ms,
  /// paths, paths_sha256}. Conflict, and nothing is removed, when there are files and none of them is
  /// referred to: most likely the records are not those of these artifacts.
  Result<Finding> Collect(std::int64_t grace_ms, std::string_view actor);

 private:
  Result<Finding> Judge(sql::Connection& connection, std::int64_t grace_ms,
                        const std::vector<Artifacts::Kept>& files) const;

  sql::Database& database_;
  const os::Clock& clock_;
  Artifacts& artifacts_;
  const Holders holders_;
};

}  // namespace cairn::tracking

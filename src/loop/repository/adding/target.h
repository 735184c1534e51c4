#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// A path that is to be put under version, and how it stands to what is tracked.
struct Target {
  std::string path;                    ///< Relative to the root.
  std::optional<TrackedPath> tracked;  ///< What tracks it, or the folder it lies in; none for a new path.

  bool IsInside() const { return tracked && tracked->path != path; }
  /// Below the tracked folder.
  std::string Relative() const { return path.substr(tracked->path.size() + 1); }
  /// The file that names it, or will.
  std::string SaidIn() const { return tracked ? tracked->said_in : path + ".dvc"; }
};

/// `path` (relative to the root) as a target of `dvc add`. InvalidArgument for what cannot be one, NotFound.
Result<Target> TargetOf(const WorkingTree& tree, const std::string& path,
                        std::span<const TrackedPath> tracked);

/// InvalidArgument when two targets overlap.
Result<> CheckApart(const std::vector<Target>& targets);

}  // namespace cairn::repository

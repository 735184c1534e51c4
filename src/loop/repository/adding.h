#pragma once

#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

struct AddedPath {
  std::string path;     ///< Relative to the root; of a file inside a tracked folder, that folder.
  std::string said_in;  ///< The `.dvc` file that names it now.
  std::string md5;
  std::uint64_t size = 0;
  std::size_t files = 1;
  bool changed = true;  ///< False when it was tracked with this content already.
};

struct Added {
  std::vector<AddedPath> paths;
  std::vector<std::string> texts;  ///< What changed for git to record: `.dvc` files and .gitignore, sorted.
  std::vector<std::string> warnings;  ///< Sentences.
};

struct AddChoices {
  bool stored = true;  ///< False: the texts name the bytes, and the cache gets them with Commit.
  bool linked = true;  ///< Files become links to their objects where the cache is used by links.
};

/// Puts files and folders (as the caller writes their paths) under version, as `dvc add` does: their bytes go
/// into the cache, a `.dvc` file beside each names them, git is told to ignore them. A path inside a tracked
/// folder updates that folder with it alone. Each file is read once; when one fails nothing is tracked. The
/// bytes are on disk before a text names them, and the texts when it returns. InvalidArgument for what cannot
/// be tracked: outside the repository, ignored, a text of DVC's own, a stage's output, overlapping another
/// tracked path, kept by git, or inside a tracked folder without being stored; NotFound; Conflict when a file
/// changes meanwhile; Exhausted when the disk is full.
Result<Added> Add(WorkingTree& tree, std::span<const std::string> paths, const Meter& meter,
                  AddChoices choices = {});

/// Takes over into cache and texts what the working tree holds at these tracked paths: those that differ, be
/// they named by `.dvc` files or dvc.lock. DVC 2's digests become DVC 3's where the content changed. NotFound
/// for a path that is not there; Conflict for a stage that never ran, or whose deps changed.
Result<Added> Commit(WorkingTree& tree, std::span<const TrackedPath> tracked, const Meter& meter,
                     AddChoices choices = {});

}  // namespace cairn::repository

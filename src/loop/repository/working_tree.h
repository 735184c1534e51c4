#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ground/os/file_lock.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/configuration.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"
#include "loop/repository/tracked.h"

namespace cairn::repository {

/// Who is told how far a long operation is, in bytes, on any thread; and, once, that it waits for another
/// process that holds the repository's lock (its number, or ""). Any may be empty.
struct Meter {
  std::function<void(std::uint64_t)> expected, done;
  std::function<void(const std::string& holder)> waiting;
};

/// A DVC repository where it lies on this machine: its texts, its cache, and what is remembered of its files.
/// What changes it, status.h, adding.h, checkout.h and arranging.h do. One thread at a time; any number of
/// processes, Cairn's and `dvc`, may work in it at once.
class WorkingTree {
 public:
  /// The repository that `folder` lies in. NotFound, saying how to make one, when there is none up to the
  /// root of the file system; InvalidArgument for settings that cannot be read.
  static Result<WorkingTree> Find(const std::string& folder);

  /// Whose history the repository's texts are in.
  enum class History { Git, GitOfFolderAbove, None };
  /// Makes what `dvc init` makes (with --subdir, with --no-scm). AlreadyExists when there is one; NotFound
  /// when there is no git where it is wanted.
  static Result<> Make(const std::string& folder, History history);

  WorkingTree(WorkingTree&&) = default;

  const std::string& root() const { return root_; }  ///< Absolute, links resolved.
  const Configuration& configuration() const { return configuration_; }
  const Objects& objects() const { return objects_; }
  StatIndex& index() { return index_; }
  /// The work tree of git around it; nothing without git, or with `core.no_scm`.
  const std::optional<std::string>& git_root() const { return git_root_; }

  /// A path as the caller writes it (absolute, or relative to the working folder), relative to the root; ""
  /// for the root itself. InvalidArgument when it lies outside, or behind a link to a folder.
  Result<std::string> PathOf(const std::string& given) const;
  std::string At(const std::string& path) const { return path.empty() ? root_ : root_ + "/" + path; }

  /// What the texts of the working tree track, sorted by path. Folders that are ignored, tracked themselves,
  /// or other repositories are not searched. The errors of TrackedIn.
  Result<std::vector<TrackedPath>> Tracked() const;

  /// Held while objects and texts change together, and while files of the tree are replaced: the lock that
  /// `dvc` takes for all it does (`.dvc/tmp/lock`). Waits for it; `waiting` is told who has it then.
  Result<os::FileLock> Lock(const std::function<void(const std::string& holder)>& waiting = {}) const;

 private:
  WorkingTree(std::string root, Configuration configuration, Objects objects, StatIndex index)
      : root_(std::move(root)),
        configuration_(std::move(configuration)),
        objects_(std::move(objects)),
        index_(std::move(index)) {}

  std::string root_;
  Configuration configuration_;
  Objects objects_;
  StatIndex index_;
  std::optional<std::string> git_root_;
};

}  // namespace cairn::repository

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "ground/git/repository.h"
#include "ground/git/trees.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/configuration.h"
#include "loop/repository/import.h"
#include "loop/repository/tracked.h"

namespace cairn::repository {

/// What a path of another repository is, in one of our caches.
struct Taken {
  std::string md5;
  std::uint64_t size = 0;
  std::optional<std::size_t> nfiles;  ///< Of a folder.
  bool executable = false;
};

/// Another repository at one moment: at a commit, or as its working tree is.
class Source {
 public:
  enum class Moment { Commit, WorkingTree };
  /// `otherwise` is what no revision means.
  static Result<Source> Open(const SourceOrder& order, Moment otherwise);

  /// "" for a working tree.
  const std::string& commit() const { return commit_; }
  /// Brings the path of the order, whole, into the cache.
  Result<Taken> Take(const SourceOrder& order, const std::string& cache) const;

 private:
  Source() = default;
  Result<> ReadCommit(const std::string& revision);
  Result<> ReadWorkingTree();
  Result<> ReadSettings();

  Result<> Bring(const SourceOrder& order, const std::vector<Chosen>& chosen, const std::string& cache) const;
  Result<Taken> TakePart(const SourceOrder& order, const TrackedPath& tracked, const std::string& path,
                         const std::string& cache) const;
  Result<Taken> TakeFromGit(const std::string& path, const std::string& cache) const;
  Result<std::string> ReadPlain(const std::string& path) const;

  std::string url_;
  std::string root_;  ///< On this machine; "" for a clone.
  std::string prefix_;
  std::shared_ptr<os::TempFolder> clone_;
  std::shared_ptr<git::Repository> git_;
  std::string commit_;
  std::map<std::string, git::TreeFile> files_;  ///< Of the commit, by path.
  std::vector<TrackedPath> tracked_;
  Configuration configuration_;
};

}  // namespace cairn::repository

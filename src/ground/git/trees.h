#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/git/repository.h"
#include "ground/vocabulary/result.h"

namespace cairn::git {

struct TreeFile {
  std::string path;  ///< Relative to the root of the tree, with '/'.
  std::string blob;
  bool executable = false;
  bool link = false;  ///< A symbolic link; the blob holds its target.
};

/// The files of commits. What several commits have in common is read once. One thread at a time.
class Trees {
 public:
  /// Only files whose name (the last part of the path) is `wanted` are given. The repository must outlive
  /// this.
  Trees(const Repository& repository, std::function<bool(std::string_view name)> wanted);

  /// The wanted files of a commit's tree (Commit::tree), sorted by the bytes of the path; submodules are left
  /// out.
  Result<std::vector<TreeFile>> Files(const std::string& tree);

 private:
  using Folder = std::shared_ptr<const std::vector<TreeFile>>;
  Result<Folder> Read(const std::string& tree, int depth);

  const Repository& repository_;
  const std::function<bool(std::string_view)> wanted_;
  std::unordered_map<std::string, Folder> known_;
};

}  // namespace cairn::git

#include "ground/git/trees.h"

#include <algorithm>

#include "ground/git/libgit2/state.h"

namespace cairn::git {
namespace {

/// Deeper than any path the system lets a program name.
constexpr int kDeepest = 2048;

}  // namespace

Trees::Trees(const Repository& repository, std::function<bool(std::string_view name)> wanted)
    : repository_(repository), wanted_(std::move(wanted)) {}

Result<std::vector<TreeFile>> Trees::Files(const std::string& tree) {
  auto files = *CAIRN_TRY(Read(tree, 0));
  // git's own order has a folder's name end in a slash.
  std::sort(files.begin(), files.end(), [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
  return files;
}

Result<Trees::Folder> Trees::Read(const std::string& tree, int depth) {
  if (const auto known = known_.find(tree); known != known_.end()) return known->second;
  const auto& library = repository_.state_->library;
  const git_oid id = CAIRN_TRY(OidOf(library, tree));
  git_tree* found = nullptr;
  const int code = library.tree_lookup(&found, repository_.state_->repository.get(), &id);
  if (code != 0) return libgit2::Failure(library, code, "the tree " + tree + " of git cannot be read");
  const libgit2::Owned<git_tree> owned(found, library.tree_free);
  if (depth > kDeepest) return Error{Reason::Corrupt, "the tree " + tree + " of git is nested without end"};
  std::vector<TreeFile> files;
  for (std::size_t i = 0; i < library.tree_entrycount(found); ++i) {
    const git_tree_entry* const entry = library.tree_entry_byindex(found, i);
    const std::string name = library.tree_entry_name(entry);
    const std::string target = TextOf(library, *library.tree_entry_id(entry));
    const auto mode = library.tree_entry_filemode(entry);
    if (library.tree_entry_type(entry) == GIT_OBJECT_TREE) {
      for (TreeFile file : *CAIRN_TRY(Read(target, depth + 1))) {
        file.path.insert(0, name + "/");
        files.push_back(std::move(file));
      }
    } else if (library.tree_entry_type(entry) == GIT_OBJECT_BLOB && wanted_(name)) {
      files.push_back({name, target, mode == GIT_FILEMODE_BLOB_EXECUTABLE, mode == GIT_FILEMODE_LINK});
    }
  }
  return known_[tree] = std::make_shared<const std::vector<TreeFile>>(std::move(files));
}

}  // namespace cairn::git

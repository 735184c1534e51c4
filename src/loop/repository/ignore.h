#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/walk.h"
#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// One line of a .gitignore or .dvcignore, as gitignore(5) has them: '!' negates, a '/' at the front or in
/// the middle binds it to its folder, one at the end means folders only, "**" crosses folders, '\' escapes.
class IgnorePattern {
 public:
  /// Nothing for an empty line or a comment.
  static std::vector<IgnorePattern> ReadAll(std::string_view text);

  bool negated() const { return negated_; }
  /// Whether it speaks of `path` (relative to the folder of its file, with '/').
  bool Matches(std::string_view path, bool is_folder) const;

 private:
  std::string glob_;
  bool negated_ = false, folders_only_ = false, bound_ = false;
};

/// What DVC never looks at in a repository: `.git`, `.hg` and `.dvc`, what its .dvcignore files say (each
/// read where a walk meets it), and other DVC repositories inside. Unchanging, safe from any thread.
class IgnoreRules final : public os::WalkRules {
 public:
  /// For walks below `folder` (relative to the repository's root, "" for the root itself): the .dvcignore
  /// files above it are read, its own when the walk begins.
  static Result<std::shared_ptr<const IgnoreRules>> For(const std::string& root, const std::string& folder);

  Result<std::shared_ptr<const os::WalkRules>> In(const os::WalkedFolder& folder) const override;
  bool LeaveOut(std::string_view folder, std::string_view name, bool is_folder) const override;

  /// Whether a path (relative to the root) or a folder above it is left out by the rules from the root on.
  static Result<bool> Ignores(const std::string& root, const std::string& path, bool is_folder);

 private:
  struct Source {
    std::string folder;  ///< Relative to the root, "" for the root.
    std::vector<IgnorePattern> patterns;
  };
  IgnoreRules(std::string root, std::string begin) : root_(std::move(root)), begin_(std::move(begin)) {}
  Result<std::shared_ptr<const IgnoreRules>> With(const std::string& folder) const;
  std::string FromRoot(std::string_view folder) const;
  bool Says(std::string_view path, bool is_folder) const;

  std::string root_, begin_;
  std::vector<std::shared_ptr<const Source>> sources_;  ///< From the root down.
  bool foreign_ = false;                                ///< In another repository: everything is left out.
};

/// Whether git leaves `path` (absolute) out, by the .gitignore files from `git_root` down and by
/// .git/info/exclude.
Result<bool> IgnoredByGit(const std::string& git_root, const std::string& path, bool is_folder);

}  // namespace cairn::repository

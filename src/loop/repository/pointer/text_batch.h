#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/cache/staging.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// Texts of a repository that change together: written aside first, then named one after another. To be used
/// under the repository's lock.
class TextBatch {
 public:
  /// `tree` must outlive it.
  explicit TextBatch(const WorkingTree& tree) : tree_(tree) {}

  /// A text as it will be; nothing when there is none. Paths are relative to the root, or absolute for what
  /// lies above it.
  Result<std::optional<std::string>> Read(const std::string& file);
  void Put(const std::string& file, std::string text);
  void Remove(const std::string& file);

  /// Writes what differs from what is there. Nothing is synced.
  Result<> WriteAside();
  /// Gives it its names. In this order: a text that goes goes last.
  Result<> Publish();

  /// What changed, sorted.
  std::vector<std::string> changed() const;

 private:
  std::string At(const std::string& file) const { return file.starts_with('/') ? file : tree_.At(file); }

  const WorkingTree& tree_;
  std::map<std::string, std::optional<std::string>> before_, after_;
  std::optional<Staging> staging_;
  std::map<std::string, std::string> drafts_;  // Of a file that is written aside.
};

/// Where a working tree's files and texts are written before they get their names.
std::string StagingIn(const WorkingTree& tree);

/// Renames a draft, or copies it beside its place first when that is on another file system.
Result<> MoveInto(const std::string& draft, const std::string& to);

/// Adds the line of a tracked path to the .gitignore beside it (unless git ignores the path already), or
/// takes it away. Nothing without git.
Result<> IgnoreInTexts(const WorkingTree& tree, const std::string& path, bool is_folder, TextBatch& texts);
Result<> UnignoreInTexts(const WorkingTree& tree, const std::string& path, TextBatch& texts);

}  // namespace cairn::repository

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ground/vocabulary/result.h"
#include "loop/repository/objects.h"

namespace cairn::repository {

/// What a `.dvc` file, or an entry of dvc.lock, says of the content of its path.
struct Content {
  std::string md5;  ///< Ends in ".dir" for a folder.
  std::uint64_t size = 0;
  std::optional<std::int64_t> nfiles;  ///< Of a folder.
  bool executable = false;             ///< Of a file.

  static Content Of(const Snapshot& snapshot);
};

/// The text of a new `.dvc` file for the path `name` beside it, as `dvc add` writes it.
std::string NewDvcFile(const std::string& name, const Content& content);

/// The text of a `.dvc` file with the content of one of its outs changed (`path` as the file has it): DVC 2's
/// outs become DVC 3's; all else, comments too, stays byte for byte. NotFound when it has no such out; the
/// errors of reading it.
Result<std::string> ChangedDvcFile(const std::string& text, const std::string& file, const std::string& path,
                                   const Content& content);
/// The same with the out's path changed.
Result<std::string> MovedDvcFile(const std::string& text, const std::string& file, const std::string& path,
                                 const std::string& new_path);

/// The text of a dvc.lock with the content of an out or dep of a stage changed.
Result<std::string> ChangedLock(const std::string& text, const std::string& file, const std::string& stage,
                                const std::string& path, const Content& content);

/// Writes `<file>.dvc` as `dvc add` does, and the file's line in the .gitignore beside it. Nothing for a file
/// outside the project.
Result<> WriteDvcFile(const std::string& project, const std::string& file, const Snapshot& snapshot);

/// Adds "/name" to the .gitignore in `folder` when no line says so yet; and takes it away, with the file when
/// nothing else stands in it. Give whether the file was changed.
Result<bool> IgnoreInGit(const std::string& folder, const std::string& name);
Result<bool> UnignoreInGit(const std::string& folder, const std::string& name);

}  // namespace cairn::repository

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::tracking {

/// The files that runs and models left, as plain files below one folder. Paths are relative to it, checked as
/// CheckedArtifactPath does; nothing reaches outside it, also not through a symbolic link (InvalidArgument).
/// Safe from any thread.
class Artifacts {
 public:
  /// `root` is made when the first file arrives.
  explicit Artifacts(std::string root);

  struct Entry {
    std::string path;  ///< Relative to what was listed: its name.
    bool folder = false;
    std::uint64_t bytes = 0;
  };
  /// What lies in a folder, by name; nothing for a file or where nothing is.
  Result<std::vector<Entry>> List(std::string_view path) const;

  struct File {
    std::string path;  ///< On this machine.
    std::uint64_t bytes = 0;
  };
  /// NotFound when there is nothing, InvalidArgument for a folder.
  Result<File> Find(std::string_view path) const;
  /// Where a folder lies on this machine. NotFound when there is nothing, or a file.
  Result<std::string> FolderAt(std::string_view path) const;

  /// Moves the file at `source` here, over one that is there; on disk when it returns.
  Result<> Adopt(std::string_view path, const std::string& source);
  /// A file, or a folder with all in it. NotFound when there is nothing.
  Result<> Remove(std::string_view path);

 private:
  Result<std::string> Place(std::string_view path) const;
  Result<> SyncFoldersFrom(const std::string& folder) const;

  std::string root_;
};

}  // namespace cairn::tracking

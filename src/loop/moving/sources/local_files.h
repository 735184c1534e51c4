#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/moving/source.h"

namespace cairn::moving {

/// Artifacts that lie in folders of this machine.
class LocalFiles {
 public:
  /// `artifact_root`: the folder behind "mlflow-artifacts:" URIs, or "". `working_folder`: where relative
  /// paths begin. The records are somebody else's: nothing is read that does not lie, links resolved, in the
  /// artifact root or in `own`, the folder that the source itself is in.
  LocalFiles(std::string artifact_root, std::string working_folder, std::string own)
      : artifact_root_(std::move(artifact_root)),
        working_folder_(std::move(working_folder)),
        own_(std::move(own)) {}

  /// The folder that a URI means: a path, "file:…", or "mlflow-artifacts:…" where its root is known.
  /// Absolute, links resolved; nothing when it lies elsewhere than it may.
  std::optional<std::string> FolderOf(const std::string& uri) const;
  bool Reaches(const std::string& uri) const { return FolderOf(uri).has_value(); }
  Result<std::vector<FoundFile>> Files(const Owner& owner) const;
  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) const;

 private:
  std::string artifact_root_;
  std::string working_folder_;
  std::string own_;

  std::optional<std::string> Named(const std::string& uri) const;
};

/// Whether a URI is a path of some machine, with or without "file:".
bool IsPath(const std::string& uri);

}  // namespace cairn::moving

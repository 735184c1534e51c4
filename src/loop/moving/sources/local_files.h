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
  /// paths begin.
  LocalFiles(std::string artifact_root, std::string working_folder)
      : artifact_root_(std::move(artifact_root)), working_folder_(std::move(working_folder)) {}

  /// The folder that a URI means: a path, "file:…", or "mlflow-artifacts:…" where its root is known.
  std::optional<std::string> FolderOf(const std::string& uri) const;
  bool Reaches(const std::string& uri) const { return FolderOf(uri).has_value(); }
  Result<std::vector<FoundFile>> Files(const Owner& owner) const;
  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) const;

 private:
  std::string artifact_root_;
  std::string working_folder_;
};

/// Whether a URI is a path of some machine, with or without "file:".
bool IsPath(const std::string& uri);

}  // namespace cairn::moving

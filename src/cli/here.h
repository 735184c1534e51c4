#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/configuration.h"

namespace cairn::cli {

/// The DVC repository that a command is called in.
struct Here {
  std::string root;    ///< Absolute.
  std::string prefix;  ///< The working folder below it: "" or "sub/folder/".
  repository::Configuration configuration;

  std::string Cache() const { return configuration.CacheFolder(root); }
  /// A path as the caller writes it, relative to the root.
  std::string FromRoot(const std::string& path) const;
  std::vector<std::string> FromRoot(const std::vector<std::string>& paths) const;
};

/// The nearest folder, from the working folder upward, that holds `.dvc`. NotFound when none does.
Result<std::string> RootHere();
/// With its settings; the errors of Configuration::Read too.
Result<Here> RepositoryHere();

}  // namespace cairn::cli

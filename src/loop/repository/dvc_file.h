#pragma once

#include <string>

#include "ground/vocabulary/result.h"
#include "loop/repository/objects.h"

namespace cairn::repository {

/// Writes `<file>.dvc` as `dvc add` does, and the file's line in the .gitignore beside it. Nothing for a file
/// outside the project.
Result<> WriteDvcFile(const std::string& project, const std::string& file, const Snapshot& snapshot);

/// Adds "/name" to the .gitignore in `folder` when no line says so yet.
Result<> IgnoreInGit(const std::string& folder, const std::string& name);

}  // namespace cairn::repository

#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"

/// The files of DVC's own that lie around a pipeline.
namespace cairn::pipeline {

/// The nearest folder, from `project` upward, that holds `.dvc`; `project` itself when none does.
std::string DvcRootOf(const std::string& project);
/// Where objects are kept: `cache.dir` of `.dvc/config.local` or `.dvc/config` (relative to `.dvc`), else
/// `<root>/.dvc/cache`.
std::string CacheOf(const std::string& root);

/// Where what is remembered of a project lies, below the root's `.dvc/tmp`: the beginning of files' names.
std::string MemoryOf(const std::string& root, const std::string& project);

/// Writes what `dvc init` writes when there is no `.dvc` yet, so that `dvc` accepts the project: with git
/// around it, or as a project without.
Result<> MakeDvcFolder(const std::string& root);

/// Names the cached outs of the stages in the .gitignore beside each, unless it is there already or no git is
/// around.
Result<> IgnoreOuts(const std::string& project, const std::vector<const Stage*>& stages);

}  // namespace cairn::pipeline

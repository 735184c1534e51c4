#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/pipeline/definition.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// What git says of the project's code now. Empty when there is no git, no work tree around the folder or no
/// commit in it; an answer that takes longer than ten seconds counts as none.
Source SourceOf(const std::string& project, const Definition& definition);
/// How the files that git knows below the project's folder differ from the revision, as `git apply` takes it;
/// without what the pipeline writes itself. None when git does not say.
std::optional<std::string> ChangesOf(const std::string& project, const Definition& definition);

/// The files below the project's folder, relative to it, that are neither made by a stage nor Cairn's, DVC's
/// or git's own: what git knows or would take, or all where there is no git. A file may have gone since git
/// learnt of it.
Result<std::vector<std::string>> FilesOf(const std::string& project, const Definition& definition);

}  // namespace cairn::pipeline

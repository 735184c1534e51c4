#pragma once

#include <string>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/project.h"

/// That nothing was stale when a project was last looked at, with the stamps of all files that this was seen
/// from. As long as they are the same nothing is stale still, and neither dvc.yaml nor dvc.lock need be read:
/// with thousands of stages, reading them is most of a look. A cache and nothing more.
namespace cairn::pipeline {

/// Whether the seal of the project in `folder` holds. False when there is none.
bool SealHolds(const std::string& folder, const std::string& data_dir);

/// Seals a project none of whose stages is stale. Does nothing where a seal would not be sure: a file changed
/// since the project was opened or just before, or stages have variables of their own or run always.
Result<> Seal(const Project& project, const std::string& data_dir);

}  // namespace cairn::pipeline

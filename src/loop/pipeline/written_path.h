#pragma once

#include <string>
#include <vector>

#include "loop/pipeline/definition.h"
#include "loop/pipeline/lock.h"

namespace cairn::pipeline {

/// `path` (from the project) as dvc.lock has it: from where the stage runs.
std::string WrittenPath(const Stage& stage, const std::string& path);
/// Paths as dvc.lock names them, from where the stage runs, as they are from the project's folder;
/// addresses and absolute paths stay.
std::vector<LockedPath> FromProject(const Stage& stage, std::vector<LockedPath> paths);

}  // namespace cairn::pipeline

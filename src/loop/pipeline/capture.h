#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// What a run takes place in: {"host", "machine": {"system", "distribution", "architecture", "processor",
/// "processors", "memory_bytes", "gpus", "gpu_driver", "container"}, "locks": {file: SHA-256}, and where
/// files differ from the revision "changes": {"file", "sha256", "bytes"}}. Locks are the files that
/// cairn.yaml names as pinning an environment, and those beside dvc.yaml that package managers write. The
/// changes are kept, as git prints them, in `folder`, which is made for them.
Json CaptureEnvironment(const Project& project, const Source& source, const std::string& folder);

}  // namespace cairn::pipeline

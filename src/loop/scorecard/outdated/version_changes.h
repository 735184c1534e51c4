#pragma once

#include <string>
#include <vector>

#include "loop/scorecard/outdated.h"

namespace cairn::scorecard {

/// Why a version is not what its pipeline would make now, one cause for each change: what its stage is made
/// from is otherwise in the project, or the stage ran again since because something was. None for a version
/// that no stage of the pipeline in `project_dir` made.
Result<std::vector<Thing::Cause>> PipelineChangesSince(const OutdatedRooms& rooms,
                                                       const registry::ModelVersion& version,
                                                       const std::string& project_dir);

}  // namespace cairn::scorecard

#pragma once

#include <string_view>

namespace cairn::pipeline {

/// The text of stage_program.py, which runs one stage on a machine of any cluster.
extern const std::string_view kStageProgram;
/// The text of stage_objects.py, which that one imports.
extern const std::string_view kStageObjects;
/// The text of stage_items.py, for stages that are run item by item.
extern const std::string_view kStageItems;
/// The text of ray_driver.py, the entry point of a job on Ray.
extern const std::string_view kRayDriver;

}  // namespace cairn::pipeline

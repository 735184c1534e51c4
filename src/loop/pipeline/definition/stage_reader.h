#pragma once

#include <string>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/definition/templates.h"

namespace cairn::pipeline {

/// The stage that `node` of dvc.yaml declares, with its templates filled in. `project` is absolute, links
/// resolved. The errors of ReadDefinition that are about one stage.
Result<Stage> ReadStage(const std::string& project, const std::string& name, const Node& node,
                        const Templates& templates);

}  // namespace cairn::pipeline

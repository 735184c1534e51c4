#include "loop/pipeline/execution/variables.h"

#include "loop/tracking/provenance.h"

namespace cairn::pipeline {

std::vector<std::pair<std::string, std::string>> VariablesOf(const Stage& stage, const std::string& run,
                                                             Json context) {
  context.Set(std::string(tracking::kStageTag), run + "/" + stage.name);
  return {{"DVC_STAGE", stage.name}, {"MLFLOW_RUN_CONTEXT", context.Dump()}};
}

}  // namespace cairn::pipeline

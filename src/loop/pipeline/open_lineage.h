#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// A run that has ended as OpenLineage events (core 2-0-2), in the order of their times: START and one of
/// COMPLETE, FAIL and ABORT, of the run and of each stage that was begun. A stage is a job of its own, whose
/// parent is the run; its inputs and outputs are data sets by path, with their MD5 as version. What has no
/// place in OpenLineage (trigger, configuration, environment) stands in a facet "cairn".
std::vector<Json> LineageEvents(const RunRecord& run, const std::string& job_namespace);

/// The id that a stage's run has there: a UUID made of the run's id and the stage's name.
std::string LineageIdOf(const std::string& run, const std::string& stage);

}  // namespace cairn::pipeline

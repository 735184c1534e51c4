#pragma once

#include <string>

#include "loop/assessment/assessment.h"
#include "loop/assessment/subject.h"

namespace cairn::assessment {

/// Keeps the report with its event; gives it with "id" and "event".
Result<Json> Keep(const Assessments::Rooms& rooms, Json report, const Subject& subject,
                  std::string_view actor);

/// Writes the figures to the run that the version comes from. {"id", "logged", "why_not"}; null without one.
Json LogToRun(const Assessments::Rooms& rooms, const registry::ModelVersion& version, const Json& report);

}  // namespace cairn::assessment

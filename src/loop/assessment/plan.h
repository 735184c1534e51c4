#pragma once

#include <string>

#include "loop/assessment/assessment.h"
#include "loop/assessment/subject.h"

namespace cairn::assessment {

/// {"event", "at_ms", "model", "threshold", "metric", "min", "max"}: the newest plan of a model; null for
/// none.
Result<Json> PlanOf(sql::Database& database, std::string_view model);

/// At which threshold rows are decided, and who said so when.
struct Decided {
  double threshold = 0.5;
  Json record;  ///< {"value", "from", "recorded", "event", "at_ms", "sentence"}
};
/// The question's own word, else the plan's, else the accepted configuration's, else 0.5. `recorded` tells
/// whether the one that is used was on record before.
Decided ThresholdFor(const Question& question, const Json& plan, const Context& context);

/// {"metric", "min", "max", "met", "sentence"} for a report's figures; null when the plan names no bound.
Json BoundOf(const Json& plan, const Json& report);

}  // namespace cairn::assessment

#pragma once

#include <string>

#include "ground/vocabulary/json.h"

namespace cairn::evaluation {

/// The report of an evaluation (suite.h, and what assessments add to it) as one HTML page without anything
/// from elsewhere: pictures first, every number of them in a tooltip, a table of all figures at the end.
std::string ReportPage(const Json& report);
/// The same of a learning curve alone (sweep::CurveOf). A report that has one as "learning_curve" shows it
/// too.
std::string CurvePage(const Json& curve);

}  // namespace cairn::evaluation

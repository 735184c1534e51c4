#pragma once

#include <string>

#include "ground/vocabulary/json.h"

namespace cairn::data {

/// A comparison's report (loop/data/table_comparison.h) as one HTML page that needs nothing else: the
/// verdict, then a picture of both sides over each other for every column, drifted ones first and in full
/// width. Every bar carries its rows in `data-rows`.
std::string ComparisonPage(const Json& report);

/// The same as JUnit XML, a test case per column: failures for those that drifted or are missing.
std::string ComparisonJunit(const Json& report);

}  // namespace cairn::data

#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// Names rows in a request's body: "file" (absolute) for a file or a pattern, else "dataset" and, where one
/// is given, "dataset_version". NotFound for what looks like a file and is none.
Result<> SetRows(Json& body, const std::string& rows);

}  // namespace cairn::cli

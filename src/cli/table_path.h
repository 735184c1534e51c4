#pragma once

#include <string>

#include "ground/vocabulary/result.h"

namespace cairn::cli {

/// The whole path of a table's file that is there, as requests carry it. NotFound; InvalidArgument for a name
/// that is not UTF-8.
Result<std::string> TablePath(const std::string& file);

/// The same of what may be a pattern of files, or not there yet.
Result<std::string> TablePattern(const std::string& file);

}  // namespace cairn::cli

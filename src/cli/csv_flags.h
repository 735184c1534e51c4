#pragma once

#include <vector>

#include "cli/command.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli {

/// The flags that say how CSV files are written.
const std::vector<Flag>& CsvFlags();

/// `flags`, with CsvFlags() behind them.
std::vector<Flag> WithCsvFlags(std::vector<Flag> flags);

/// Sets "dialect" of a request's body where any of them is given. InvalidArgument for lines that are no
/// number.
Result<> SetDialect(Json& body, const Arguments& arguments);

}  // namespace cairn::cli

#pragma once

#include <string>

#include "cli/session.h"

namespace cairn::cli {

/// Prints what was compared, kind by kind, what differs, what could not be brought over and what else to
/// know. `there` heads the column of the other side.
void PrintMovingReport(const Session& session, const Json& report, const std::string& there);

/// A path as another process finds it: from the root of the file system, whether it is there or not.
Result<std::string> WholePath(const std::string& path);

}  // namespace cairn::cli

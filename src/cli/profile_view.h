#pragma once

#include "cli/session.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli {

/// A profile's report on a terminal of 80 columns or more: what it is of, warnings, then a line per column.
/// `saved`: it was read from a file that keeps sketches of what is many.
void ShowProfile(const Session& session, const Json& report, bool saved = false);

}  // namespace cairn::cli

#pragma once

#include "cli/command.h"

namespace cairn::cli {

/// `data add` without a data set: puts files and folders under version where they lie.
Result<int> AddToTree(Session& session, const Arguments& arguments);
/// `data check` without a data set: reads every object of the cache.
Result<int> CheckObjects(Session& session, const Arguments& arguments);

}  // namespace cairn::cli

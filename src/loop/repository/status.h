#pragma once

#include <span>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// How a tracked path in the working tree stands to what the texts say. A path that was never committed is
/// Modified, as DVC has it.
enum class Standing { Same, Modified, Deleted, NotInCache };

/// One for each of `tracked`, in their order: the cache is asked first (an object that is missing, or one of
/// a folder's, is NotInCache whatever the working tree holds), then the working tree. Files whose stamps are
/// known are not read; of a folder that differs only as much is read as it takes to see that. Conflict when a
/// file changes meanwhile. What was found is remembered.
Result<std::vector<Standing>> StandingsOf(WorkingTree& tree, std::span<const TrackedPath> tracked,
                                          const Meter& meter);

}  // namespace cairn::repository

#pragma once

#include "ground/vocabulary/result.h"
#include "loop/repository/transfer.h"

/// The entries of DVC's run cache, which tell what stages made of what they read, on their way between the
/// cache
/// (`<cache>/runs/KK/KEY/VALUE`) and a remote, which keeps them at the same place below its address.
namespace cairn::repository {

struct RunsReport {
  std::size_t moved = 0;   ///< Entries.
  TransferReport objects;  ///< What they say was made.
};

/// Puts into the order's remote (the default one for "") the entries that it lacks, whatever `chosen` is,
/// after the objects that they name. Unsupported for a web server; else the errors of Push.
Result<RunsReport> PushRuns(const TransferOrder& order);

/// Puts into the cache the entries that it lacks, and the objects that they name. What is in an entry is not
/// believed before it is looked up by its name. Errors as PushRuns.
Result<RunsReport> FetchRuns(const TransferOrder& order);

}  // namespace cairn::repository

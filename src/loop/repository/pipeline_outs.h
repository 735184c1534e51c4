#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/tracked.h"

namespace cairn::repository {

/// `path` seen from `folder` (both relative to the root, "" or "." for the root itself), without "." and
/// "..". Nothing when it leads out of the root, is absolute or an address.
std::optional<std::string> PathInside(const std::string& folder, const std::string& path);

/// One entry under `outs` of a `.dvc` file or of a stage in dvc.lock: digests, size and where it lies, seen
/// from `folder`. Nothing when it lies outside the repository. InvalidArgument with the place, also for a
/// path that is git's or DVC's own (ReservedPart).
Result<std::optional<TrackedPath>> ReadOut(const Node& out, const std::string& folder);

/// What the stages of a dvc.yaml make, with the digests of the dvc.lock beside it (a null node when there is
/// none). `file` is dvc.yaml's path. Of a stage that is declared through a template (`${…}`, foreach, matrix)
/// the outs are those of its last run. InvalidArgument, or Unsupported for a `wdir` that only a run can know.
Result<std::vector<TrackedPath>> PipelineOuts(const Node& yaml, const Node& lock, const std::string& file);

}  // namespace cairn::repository

#pragma once

#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/transfer.h"

namespace cairn::repository {

struct PlacedPaths {
  std::vector<std::string> added, modified;  ///< Relative to the root.
  std::vector<ObjectOfPath> missing;         ///< Something of it is not in the cache; the path is as it was.
  std::vector<TransferFailure> failed;
};

enum class Unsaved { Refuse, Overwrite };

/// Makes the chosen paths of the working tree equal to their objects in the cache. What a path holds is
/// replaced only when the cache has it too, or with Overwrite: otherwise that path is a failure (Conflict). A
/// folder that is whole loses files that do not belong.
Result<PlacedPaths> PlaceInWorkspace(const std::string& root, const std::string& cache,
                                     std::span<const Chosen> chosen, Unsaved unsaved);

}  // namespace cairn::repository

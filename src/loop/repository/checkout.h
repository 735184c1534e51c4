#pragma once

#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/transfer.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

enum class Unsaved { Refuse, Overwrite };
enum class Links { AsTheyAre, Renewed };

struct FailedPath {
  std::string path;
  Error error;
};

/// Paths relative to the root, each list sorted.
struct CheckedOut {
  std::vector<std::string> added, modified, deleted;
  std::size_t files_added = 0, files_modified = 0, files_deleted = 0;
  std::vector<FailedPath> failed;  ///< Left as they were; the others went on.
};

/// Makes the chosen paths of the working tree equal to what the texts say, from the cache: files are made
/// aside and renamed, files of a folder that do not belong are removed. Content that is not in the cache is
/// not overwritten or removed with Refuse: that path fails (Conflict, naming the files). A path of which an
/// object is missing fails before anything of it is touched (NotFound). What has no digest yet, or is not
/// cached, is passed over. Renewed: files that are not links of the kind the settings ask for are made anew.
Result<CheckedOut> Checkout(WorkingTree& tree, std::span<const Chosen> chosen, Unsaved unsaved, Links links,
                            const Meter& meter);

/// The same for everything; and what was tracked here before, is tracked no more and is saved in the cache,
/// goes.
Result<CheckedOut> CheckoutAll(WorkingTree& tree, Unsaved unsaved, Links links, const Meter& meter);

/// Makes files that are links into the cache files of their own, which may be written: a tracked path, or a
/// file or folder in one. Gives how many were.
Result<std::size_t> Unprotect(WorkingTree& tree, const std::string& path);

}  // namespace cairn::repository

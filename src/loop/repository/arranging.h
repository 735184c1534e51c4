#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// What changed among the texts, for git to record; sorted.
struct Arranged {
  std::string path;     ///< Where the data is now; of Remove, where it was.
  std::string said_in;  ///< The `.dvc` file that names it now; of Remove, that is gone.
  std::vector<std::string> texts;
};

/// Moves a tracked file or folder to `to` (into it, when that is a folder), with its `.dvc` file and line in
/// .gitignore, as `dvc move` does. Paths are relative to the root. The data need not be there. NotFound for
/// what is not tracked; InvalidArgument for a stage's output or a part of a tracked folder; AlreadyExists.
Result<Arranged> Move(WorkingTree& tree, const std::string& from, const std::string& to, const Meter& meter);

enum class Data { Kept, Removed };
/// Gives up a tracked path (or the `.dvc` file that names it), as `dvc remove` does: its `.dvc` file and line
/// in .gitignore go; the data itself only with Removed, and then only when the cache has it or `unsaved`
/// allows it (Conflict). Objects stay in the cache. NotFound; InvalidArgument for a stage's output.
enum class Loss { Refused, Allowed };
Result<Arranged> Remove(WorkingTree& tree, const std::string& target, Data data, Loss loss,
                        const Meter& meter);

}  // namespace cairn::repository

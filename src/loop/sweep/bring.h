#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/sweep/copy.h"
#include "loop/sweep/sweep.h"

/// Bringing what a trial changed into the caller's project.
namespace cairn::sweep {

enum class Unsaved { Refuse, Overwrite };

/// Brings a finished trial's parameters, dvc.lock and outputs into the project that its sweep began from, and
/// gives the paths that changed, from the project. `kept` is the folder of the files that it changed.
/// Conflict for one that saw only a share of some rows, and, naming every file, when one would lose changes
/// that are saved nowhere: a file that is neither what the sweep began from nor what git has committed, or an
/// output that is neither in the cache nor what dvc.lock says; nothing is changed then. Conflict too while
/// the pipeline runs; NotFound for an output that the cache does not hold any more.
Result<std::vector<std::string>> Apply(const Base& base, const Trial& trial, const std::string& kept,
                                       const std::string& data_dir, Unsaved unsaved);

/// Makes the git branch `name` with one commit on top of the one that the sweep began from: its files as the
/// trial had them. The working copy stays as it is. Gives the commit. AlreadyExists; Unsupported outside of
/// git; Conflict for one that saw only a share of some rows.
Result<std::string> Branch(const Base& base, const Trial& trial, const std::string& kept,
                           const std::string& name);

}  // namespace cairn::sweep

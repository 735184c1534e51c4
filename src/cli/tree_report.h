#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/tree_here.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/inventory.h"

namespace cairn::cli {

/// What the data of a working tree is, in the shapes that `dvc` gives it with --json; paths as seen from the
/// working folder.

/// {said_in or stage: [{"changed outs": {path: "modified" | "deleted" | "not in cache"}}]}; empty when
/// nothing differs from the texts.
Result<Json> StatusOf(TreeHere& here, const std::vector<repository::TrackedPath>& tracked,
                      const repository::Meter& meter);

/// {"not_in_cache": [path], "committed": groups, "uncommitted": groups}: what git's last commit, the texts
/// and the working tree say of each other, files of folders one by one with Listed. Empty parts are left out.
/// Only what is, or lies below, one of `targets` (relative to the root) is told; everything for none.
Result<Json> DataStatusOf(TreeHere& here, std::span<const std::string> targets, repository::Files files,
                          const repository::Meter& meter);

/// {"added": [{path, hash}], "deleted", "modified", "renamed", "not in cache"} between commit `a` and commit
/// `b`, or what lies here when `b` is "". InvalidArgument without git; NotFound for a commit that is not
/// there.
Result<Json> DifferenceOf(TreeHere& here, const std::string& a, const std::string& b,
                          const repository::Meter& meter);

/// [{isout, isdir, isexec, size, md5, path}]; with Listed the files of folders instead of the folders.
Result<Json> ListOf(const TreeHere& here, const std::vector<repository::Chosen>& chosen,
                    repository::Files files);

}  // namespace cairn::cli

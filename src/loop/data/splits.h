#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loop/data/catalogue.h"
#include "loop/data/part_check.h"
#include "loop/data/split_plan.h"

namespace cairn::data {

/// A split as a report:
///   {"method", "seed", "key", "group", "stratum", "time", "cuts",
///    "parts": [{"name", "share" (wanted), "rows", "file", "bytes", "md5", "sha256"}…],
///    "leaks": as CheckParts, "balance": as BalanceOf, or null without a target}
/// and of a version of a data set also {"dataset", "version", "of" (the version's digest), "name", "digest"
/// (SHA-256 over the lines "<sha256>  <part>\n")}.

struct VersionSplit {
  SplitWish
      wish;  ///< Where key, time and stratum are empty, those of the specification count (target, time, key).
  std::string name = "split";
  std::string to;  ///< The folder in the project; "": "<path>-<name>".
  std::string actor, cause;
};

/// Splits the training part of a version (its sealed rows are a test part of their own, untouched here) into
/// files of the same format, keeps them in the cache, writes them to the project and records the split, with
/// its event data.split_made. The same wish again gives the same parts; another under the same name takes its
/// place. InvalidArgument for a folder outside the project or where training parts lie; AlreadyExists for a
/// file in the way that the cache does not know; otherwise as PlanSplit. Nothing changes after an error.
Result<Json> SplitVersion(Catalogue& catalogue, const Specification& specification,
                          const DatasetVersion& version, const VersionSplit& split);

/// The splits of a version, by name.
Result<std::vector<Json>> SplitsOf(const Catalogue& catalogue, const DatasetVersion& version);

/// Splits a file into `<to>/<part>.<ending>`, without any store. `spill` is a folder for what does not fit
/// the memory. AlreadyExists, before anything is written, when a part's file is there.
Result<Json> SplitFile(tables::Engine& engine, const std::string& file, const std::string& to,
                       const SplitWish& wish, const std::string& target);

}  // namespace cairn::data

#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/ci/settings.h"
#include "loop/pipeline/definition.h"

/// What differs between a working copy and the branch that it is to go to.
namespace cairn::ci {

struct ChangedFile {
  std::string path;  ///< From the project.
  Kind kind = Kind::None;
};

/// A change: the working copy, with what is not committed yet, beside the commit at which it left the target
/// branch.
struct Change {
  std::string project;  ///< Absolute.
  std::string base;     ///< As it was named.
  std::string commit;   ///< Where the two parted.
  std::vector<ChangedFile> files;
  /// Datasets of cairn.yaml whose contract differs.
  std::vector<std::string> contracts;

  bool Touches(Kind kind) const;
  /// Whether a test has a reason to run.
  bool Concerns(const Test& test, Kind kind) const;
};

/// Looks below the project alone. A parameter file, dvc.yaml and a lock file are about the model, a `.dvc`
/// file, what lies below a data set's path and what ends like a table are about data, pages for people about
/// nothing, and all else about code. Of cairn.yaml each section counts by itself. Unsupported outside of git;
/// NotFound for a base that git does not know.
Result<Change> ChangeAgainst(const std::string& project, const std::string& base);

/// A file of the project at that commit. NotFound.
Result<std::string> FileAt(const Change& change, const std::string& path);

/// What git has of an output at that commit, or else what the dvc.lock of then names in the cache. NotFound.
Result<std::string> OutputAt(const Change& change, const std::string& path);

/// The figures of the metrics files and the parameters at the commit of the change, as sweep::FiguresOf and
/// ParamsIn name them. What lies neither in git nor, by the dvc.lock of then, in the cache is left out.
Json FiguresThen(const Change& change, const pipeline::Definition& definition);
Json ParamsThen(const Change& change, const pipeline::Definition& definition);

/// A value that is not as it was.
struct Difference {
  std::string name;
  Json was, is;  ///< Null: there was, or is, none.
};
std::vector<Difference> DifferencesOf(const Json& was, const Json& is);

}  // namespace cairn::ci

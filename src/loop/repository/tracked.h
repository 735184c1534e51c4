#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

/// What a DVC repository keeps outside git, as its `.dvc` files, dvc.yaml and dvc.lock say (DVC 3.67; 2.x is
/// read).
namespace cairn::repository {

/// A file or folder whose content is named by a digest in a text that git keeps.
struct TrackedPath {
  std::string path;  ///< Relative to the repository's root, with '/'.
  std::string md5;   ///< Ends in ".dir" for a folder; "" when nothing was committed yet.
  std::uint64_t size = 0;
  std::optional<std::int64_t> nfiles;  ///< Of a folder.
  bool executable = false;
  bool legacy = false;  ///< Written by DVC 2: MD5 after dos2unix, objects at `<cache>/<2 hex>/<30 hex>`.
  bool cached = true;   ///< false: git keeps it (`cache: false`).
  bool pushed = true;   ///< false: never sent to a remote (`push: false`, or an import).
  std::string remote;   ///< The remote that keeps it; "" for the default.
  std::string said_in;  ///< The file that names it, relative to the root: "data/raw.dvc", "dvc.lock".
  std::string stage;    ///< Of dvc.yaml ("train", "train@x"); "" for a `.dvc` file.

  bool IsFolder() const { return md5.ends_with(".dir"); }
};

/// One state of a repository's texts: the working tree, or a commit.
struct Texts {
  /// The `.dvc`, dvc.yaml and dvc.lock files (IsTrackingFile), relative to the root with '/', sorted; ignored
  /// folders left out.
  std::vector<std::string> files;
  std::function<Result<std::string>(const std::string& file)> read;
};

/// Whether a file of that name says what is tracked: `*.dvc`, dvc.yaml or dvc.lock.
bool IsTrackingFile(std::string_view file);

/// Everything tracked in a state, sorted by path; paths outside the repository are left out. A dvc.lock
/// counts only beside its dvc.yaml. `read` is called from this thread alone. InvalidArgument with file and
/// line for a text that is none of DVC's, Unsupported for outputs kept as versions in a cloud and for a stage
/// whose folder is a template.
Result<std::vector<TrackedPath>> TrackedIn(const Texts& texts);

}  // namespace cairn::repository

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/walk.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/stat_index.h"

namespace cairn::repository {

struct ScannedFile {
  std::string_view relpath;  ///< Below the folder, with '/'; lives as long as the scan.
  os::FileStamp stamp;       ///< Of what a link leads to.
  unsigned mode = 0;
  std::uint64_t links = 1;
  bool is_link = false;
  bool is_broken = false;  ///< A link that leads nowhere.
};

/// The files of a folder as DVC would record them: links to files are files, links to folders and empty
/// folders are nothing. Moved, not copied.
struct Scan {
  std::vector<ScannedFile> files;  ///< In no order.
  Fingerprint state;               ///< Of all paths and stamps together.
  std::uint64_t bytes = 0;
  std::int64_t began_ns = 0;  ///< When the scan began (NowNs).
  bool settled = true;        ///< Every stamp is (IsSettled): the state may be remembered.
  std::vector<os::WalkedFolder> folders;
  std::vector<char> paths;  ///< What relpaths point into, each followed by a NUL.

  /// The index's key for a file, when `folder` is the scanned folder's path.
  static Fingerprint KeyOf(const std::string& folder, std::string_view relpath);
};

/// Looks at all files below `path` (absolute), by all processors at once. `rules` may be null. NotFound,
/// Denied for what may not be read; InvalidArgument for a folder with too long a path, for what is neither
/// file nor folder, and for a .dvcignore inside, which DVC refuses.
Result<Scan> ScanFolder(const std::string& path, const std::shared_ptr<const os::WalkRules>& rules);

}  // namespace cairn::repository

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/files.h"
#include "ground/vocabulary/result.h"

namespace cairn::os {

/// One name in a folder, as a walk found it. Of a link the kind, mode and stamp are those of what it leads
/// to; a link that leads nowhere has the kind Symlink.
struct WalkedEntry {
  std::string_view name;  ///< Lives as long as its folder.
  FileKind kind = FileKind::File;
  bool is_link = false;
  unsigned mode = 0;
  std::uint64_t links = 1;
  FileStamp stamp;
};

struct WalkedFolder {
  WalkedFolder() = default;
  WalkedFolder(WalkedFolder&&) = default;
  WalkedFolder& operator=(WalkedFolder&&) = default;

  std::string path;                  ///< Relative to the root with '/', "" for the root itself.
  std::vector<WalkedEntry> entries;  ///< In no order. What was left out is not there.
  std::vector<char> names;           ///< What the entries' names point into, each followed by a NUL.
};

/// What a walk leaves out. Asked from all threads of the walk at once.
class WalkRules {
 public:
  virtual ~WalkRules() = default;
  /// The rules for what lies in `folder` (relative to the root), whose entries have kinds and names but no
  /// stamps yet; null when these rules hold there too. An error ends the walk.
  virtual Result<std::shared_ptr<const WalkRules>> In(const WalkedFolder& folder) const = 0;
  virtual bool LeaveOut(std::string_view folder, std::string_view name, bool is_folder) const = 0;
};

enum class Detail {
  Names,   ///< Kind and name alone: no look at each file. Links are not followed: their kind is Symlink.
  Stamps,  ///< One fstatat(2) a file.
};

struct Walk {
  std::vector<WalkedFolder> folders;    ///< Sorted by path; the root is first.
  std::vector<std::string> unreadable;  ///< Folders that may not be read, or have too long a path; sorted.
};

/// All below `root` (a folder, or a link to one), by all processors at once. Folders behind links are entries
/// and not entered, so that links cannot make a circle. A name that vanishes meanwhile is left out. `rules`
/// may be null. NotFound when there is no root; Denied when the root itself may not be read.
Result<Walk> WalkTree(const std::string& root, Detail detail, const std::shared_ptr<const WalkRules>& rules);

}  // namespace cairn::os

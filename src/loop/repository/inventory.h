#pragma once

#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/working_tree.h"

namespace cairn::repository {

/// A tracked path, or a file of a tracked folder.
struct InventoryEntry {
  std::string path;  ///< Relative to the root; a folder's ends in '/'.
  std::string md5;   ///< "" for what was never committed.
};

/// What tracked paths hold, sorted by path, each once.
struct Inventory {
  std::vector<InventoryEntry> entries;
  std::vector<std::string> unlisted;  ///< Folders whose listing is not in the cache: their files are unknown.
};

enum class Files { Listed, Omitted };

/// By what the texts say. Corrupt for a listing that is damaged.
Result<Inventory> InventoryOf(const Objects& objects, std::span<const TrackedPath> tracked, Files files);
/// By what lies in the working tree where `tracked` says; paths that are not there are left out. Names are by
/// the digests that each path's pointer has (DVC 2's for legacy ones).
Result<Inventory> InventoryOfTree(WorkingTree& tree, std::span<const TrackedPath> tracked, Files files,
                                  const Meter& meter);

struct Modification {
  InventoryEntry before, after;
};
struct InventoryChanges {
  std::vector<InventoryEntry> added, deleted;  ///< Each list sorted by path.
  std::vector<Modification> modified;
  std::vector<Modification> renamed;  ///< Gone here and come there with the same digest.
  bool Empty() const { return added.empty() && deleted.empty() && modified.empty() && renamed.empty(); }
};
enum class Renames { Found, Apart };
/// What became of `before`. Of a folder that is unlisted on either side only the folder itself is compared.
InventoryChanges ChangesBetween(const Inventory& before, const Inventory& after, Renames renames);

/// The tracked paths of which the cache lacks something: folders with '/', and (Listed) their files.
Result<std::vector<InventoryEntry>> NotInCache(const Objects& objects, std::span<const TrackedPath> tracked,
                                               Files files);

}  // namespace cairn::repository

#include "loop/repository/inventory.h"

#include <algorithm>
#include <deque>
#include <map>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/scan/look.h"

namespace cairn::repository {
namespace {

bool ByPath(const InventoryEntry& a, const InventoryEntry& b) { return a.path < b.path; }

void AddFiles(const std::string& folder, const Listing& listing, std::vector<InventoryEntry>& entries) {
  for (const ListedFile& file : listing.files())
    entries.push_back({folder + "/" + std::string(file.relpath), HexOf(file.md5)});
}

void Order(Inventory& inventory) {
  std::sort(inventory.entries.begin(), inventory.entries.end(), ByPath);
  std::sort(inventory.unlisted.begin(), inventory.unlisted.end());
}

bool IsUnder(const std::string& path, const std::vector<std::string>& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return path.size() > folder.size() && path.starts_with(folder);
  });
}

/// Takes pairs of one digest out of `deleted` and `added`, in the order of paths.
void FindRenames(InventoryChanges& changes) {
  std::map<std::string, std::deque<std::size_t>> gone;
  for (std::size_t i = 0; i < changes.deleted.size(); ++i) {
    if (!changes.deleted[i].md5.empty()) gone[changes.deleted[i].md5].push_back(i);
  }
  std::vector<bool> moved(changes.deleted.size(), false);
  std::erase_if(changes.added, [&](const InventoryEntry& added) {
    const auto found = gone.find(added.md5);
    if (found == gone.end() || found->second.empty()) return false;
    const std::size_t i = found->second.front();
    found->second.pop_front();
    moved[i] = true;
    changes.renamed.push_back({changes.deleted[i], added});
    return true;
  });
  std::size_t i = 0;
  std::erase_if(changes.deleted, [&](const InventoryEntry&) { return moved[i++]; });
  std::sort(changes.renamed.begin(), changes.renamed.end(),
            [](const Modification& a, const Modification& b) { return a.before.path < b.before.path; });
}

}  // namespace

Result<Inventory> InventoryOf(const Objects& objects, std::span<const TrackedPath> tracked, Files files) {
  Inventory inventory;
  for (const TrackedPath& one : tracked) {
    inventory.entries.push_back({one.path + (one.IsFolder() ? "/" : ""), one.md5});
    if (!one.IsFolder() || files == Files::Omitted) continue;
    const auto listing = objects.ReadListing({one.md5, one.legacy});
    if (listing) {
      AddFiles(one.path, *listing, inventory.entries);
    } else if (listing.error().reason == Reason::NotFound) {
      inventory.unlisted.push_back(one.path + "/");
    } else {
      return listing.error();
    }
  }
  Order(inventory);
  return inventory;
}

Result<Inventory> InventoryOfTree(WorkingTree& tree, std::span<const TrackedPath> tracked, Files files,
                                  const Meter& meter) {
  Inventory inventory;
  Look look(tree, meter);
  for (const TrackedPath& one : tracked) {
    const auto digests = one.legacy ? Look::Digests::Dvc2 : Look::Digests::Dvc3;
    const auto snapshot = look.Take(one.path, digests);
    if (!snapshot && !os::Exists(tree.At(one.path))) continue;
    if (!snapshot) return snapshot.error();
    inventory.entries.push_back({one.path + (snapshot->folder ? "/" : ""), snapshot->md5});
    if (snapshot->folder && files == Files::Listed) AddFiles(one.path, *snapshot->listing, inventory.entries);
  }
  static_cast<void>(bool(tree.index().Save()));
  Order(inventory);
  return inventory;
}

InventoryChanges ChangesBetween(const Inventory& before, const Inventory& after, Renames renames) {
  InventoryChanges changes;
  auto old = before.entries.begin();
  auto now = after.entries.begin();
  while (old != before.entries.end() || now != after.entries.end()) {
    if (now == after.entries.end() || (old != before.entries.end() && ByPath(*old, *now))) {
      if (!IsUnder(old->path, after.unlisted)) changes.deleted.push_back(*old);
      ++old;
    } else if (old == before.entries.end() || ByPath(*now, *old)) {
      if (!IsUnder(now->path, before.unlisted)) changes.added.push_back(*now);
      ++now;
    } else {
      if (old->md5 != now->md5) changes.modified.push_back({*old, *now});
      ++old;
      ++now;
    }
  }
  if (renames == Renames::Found) FindRenames(changes);
  return changes;
}

Result<std::vector<InventoryEntry>> NotInCache(const Objects& objects, std::span<const TrackedPath> tracked,
                                               Files files) {
  std::vector<InventoryEntry> missing;
  for (const TrackedPath& one : tracked) {
    if (one.md5.empty() || !one.cached) continue;
    const ObjectId id{one.md5, one.legacy};
    if (!os::Exists(objects.PathOf(id))) {
      missing.push_back({one.path + (one.IsFolder() ? "/" : ""), one.md5});
      continue;
    }
    if (!one.IsFolder() || files == Files::Omitted) continue;
    const Listing listing = CAIRN_TRY(objects.ReadListing(id));
    for (const ListedFile& file : listing.files()) {
      const std::string md5 = HexOf(file.md5);
      if (!os::Exists(objects.PathOf(ObjectId{md5, one.legacy})))
        missing.push_back({one.path + "/" + std::string(file.relpath), md5});
    }
  }
  return missing;
}

}  // namespace cairn::repository

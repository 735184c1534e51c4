#include "loop/repository/pull.h"

#include "ground/os/files.h"
#include "loop/repository/objects.h"
#include "loop/repository/remote/need.h"

namespace cairn::repository {
namespace {

/// Whether the path held something before; an error leaves it as it was.
enum class Placing { Unchanged, Added, Modified };

class Placer {
 public:
  Placer(const std::string& root, const std::string& cache, Unsaved unsaved)
      : root_(root), cache_(cache), objects_(cache), unsaved_(unsaved) {}

  Result<Placing> Place(const ObjectOfPath& object, bool executable) {
    const std::string at = os::JoinPath(root_, object.path);
    const bool there = bool(os::Stat(at, os::Symlinks::Report));
    if (object.id.legacy)
      return Error{Reason::Unsupported, "'" + object.path + "' was added by DVC 2: `dvc checkout` places it"};
    if (there) {
      const auto now = CAIRN_TRY(TakeSnapshot(at, index_));
      if (now.md5 == object.id.md5) return Placing::Unchanged;
      if (unsaved_ == Unsaved::Refuse && !objects_.HasAll(now))
        return Error{Reason::Conflict,
                     "'" + object.path + "' holds what is not in the cache: --force overwrites it"};
    }
    CAIRN_TRY(RequireAll(object));
    CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
    CAIRN_TRY(objects_.Checkout(object.id.md5, at));
    if (executable) CAIRN_TRY(os::SetMode(at, CAIRN_TRY(os::Stat(at)).mode | 0111));
    return there ? Placing::Modified : Placing::Added;
  }

 private:
  /// Before anything is touched.
  Result<> RequireAll(const ObjectOfPath& object) const {
    const Error lacking{Reason::NotFound,
                        "'" + object.path + "' is not in the cache, or not all of it: fetch it first"};
    if (!IsInCache(cache_, object.id)) return lacking;
    if (!object.id.IsListing()) return Done{};
    TrackedPath tracked;
    tracked.path = object.path;
    tracked.md5 = object.id.md5;
    for (const auto& file : CAIRN_TRY(ReadFolder({tracked, {}}, PathInCache(cache_, object.id))).files) {
      if (!IsInCache(cache_, file.id)) return lacking;
    }
    return Done{};
  }

  const std::string& root_;
  const std::string& cache_;
  Objects objects_;
  StatIndex index_ = StatIndex::Open("");
  const Unsaved unsaved_;
};

/// What is to be placed of a chosen path: itself, or the chosen files of it.
Result<std::vector<ObjectOfPath>> ItemsOf(const Chosen& chosen, const std::string& cache) {
  const auto object = *ObjectOf(chosen);
  if (chosen.only.empty() || !IsInCache(cache, object.id)) return std::vector<ObjectOfPath>{object};
  return CAIRN_TRY(ReadFolder(chosen, PathInCache(cache, object.id))).files;
}

}  // namespace

Result<PlacedPaths> PlaceInWorkspace(const std::string& root, const std::string& cache,
                                     std::span<const Chosen> chosen, Unsaved unsaved) {
  PlacedPaths placed;
  Placer placer(root, cache, unsaved);
  for (const auto& one : chosen) {
    if (!ObjectOf(one)) continue;
    for (const auto& object : CAIRN_TRY(ItemsOf(one, cache))) {
      const auto done = placer.Place(object, one.path.executable);
      if (!done && done.error().reason == Reason::NotFound) {
        placed.missing.push_back(object);
      } else if (!done) {
        placed.failed.push_back({object, done.error()});
      } else if (*done == Placing::Added) {
        placed.added.push_back(object.path);
      } else if (*done == Placing::Modified) {
        placed.modified.push_back(object.path);
      }
    }
  }
  return placed;
}

}  // namespace cairn::repository

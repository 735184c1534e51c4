#include "loop/repository/status.h"

#include "ground/os/files.h"
#include "loop/repository/cache/presence.h"
#include "loop/repository/scan/digest.h"
#include "loop/repository/scan/look.h"

namespace cairn::repository {
namespace {

Look::Digests DigestsOf(const TrackedPath& tracked) {
  return tracked.legacy ? Look::Digests::Dvc2 : Look::Digests::Dvc3;
}

class Judge {
 public:
  Judge(WorkingTree& tree, const Meter& meter)
      : tree_(tree), presence_(tree.objects(), tree.index()), look_(tree, meter) {}

  /// Safe from any thread.
  Result<Standing> OfFile(const TrackedPath& tracked) {
    if (tracked.cached && !tracked.md5.empty() && !presence_.HoldsFile({tracked.md5, tracked.legacy}))
      return Standing::NotInCache;
    return OfWorkspace(tracked, [] { return static_cast<const Listing*>(nullptr); });
  }

  Result<Standing> OfFolder(const TrackedPath& tracked) {
    const ObjectId id{tracked.md5, tracked.legacy};
    std::optional<Listing> listing;
    if (tracked.cached && !presence_.KnowsFolder(id)) {
      auto read = tree_.objects().ReadListing(id);
      if (!read && read.error().reason != Reason::NotFound) return std::move(read).error();
      if (!read || !presence_.HoldsFolder(id, *read)) return Standing::NotInCache;
      listing.emplace(*std::move(read));
    }
    return OfWorkspace(tracked, [&]() -> const Listing* {
      if (!listing) {
        if (auto read = tree_.objects().ReadListing(id)) listing.emplace(*std::move(read));
      }
      return listing ? &*listing : nullptr;
    });
  }

 private:
  Result<Standing> OfWorkspace(const TrackedPath& tracked, const std::function<const Listing*()>& listing) {
    if (!os::Exists(tree_.At(tracked.path))) return Standing::Deleted;
    if (tracked.md5.empty()) return Standing::Modified;
    return CAIRN_TRY(look_.Holds(tracked.path, tracked.md5, DigestsOf(tracked), listing))
               ? Standing::Same
               : Standing::Modified;
  }

  WorkingTree& tree_;
  Presence presence_;
  Look look_;
};

}  // namespace

Result<std::vector<Standing>> StandingsOf(WorkingTree& tree, std::span<const TrackedPath> tracked,
                                          const Meter& meter) {
  Judge judge(tree, meter);
  std::vector<Standing> standings(tracked.size(), Standing::Same);
  // A folder is looked at by all processors itself.
  CAIRN_TRY(ForEach(tracked.size(), [&](std::size_t i) -> Result<> {
    if (!tracked[i].IsFolder()) standings[i] = CAIRN_TRY(judge.OfFile(tracked[i]));
    return Done{};
  }));
  for (std::size_t i = 0; i < tracked.size(); ++i) {
    if (tracked[i].IsFolder()) standings[i] = CAIRN_TRY(judge.OfFolder(tracked[i]));
  }
  // Forgotten is only what takes time to find out again.
  static_cast<void>(bool(tree.index().Save()));
  return standings;
}

}  // namespace cairn::repository

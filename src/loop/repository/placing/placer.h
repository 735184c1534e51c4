#pragma once

#include <atomic>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/repository/cache/linking.h"
#include "loop/repository/cache/presence.h"
#include "loop/repository/cache/staging.h"
#include "loop/repository/checkout.h"
#include "loop/repository/scan/look.h"

namespace cairn::repository {

struct Placed {
  bool there_before = false;
  std::size_t added = 0, modified = 0, deleted = 0;  ///< Files.
  bool Changed() const { return added + modified + deleted > 0; }
};

/// Makes tracked paths of a working tree equal to their objects. An error leaves the path as it was, unless
/// it came in the middle (a full disk): then placing it again goes on.
class Placer {
 public:
  /// `staging` is in the working tree (StagingIn). All references must outlive it.
  Placer(WorkingTree& tree, Unsaved unsaved, Links links, const Meter& meter, Staging staging)
      : tree_(tree),
        unsaved_(unsaved),
        links_(links),
        meter_(meter),
        presence_(tree.objects(), tree.index()),
        linking_(tree.objects().use()),
        staging_(std::move(staging)) {}

  Result<Placed> Place(const Chosen& chosen);
  /// Removes a path that is tracked no more when all it holds is in the cache. False when it is not, or
  /// nothing is there.
  Result<bool> TakeAway(const std::string& path);

 private:
  /// What a folder has to become.
  struct Plan {
    std::string path;
    Look::Digests digests = Look::Digests::Dvc3;
    Listing listing;
    std::optional<Scan> scan;                         // None when there is no folder.
    std::vector<const ListedFile*> add, replace;      // Of the listing.
    std::vector<const ScannedFile*> replaced, extra;  // Of the scan; `replaced` goes with `replace`.
  };

  Result<Placed> PlaceFile(const TrackedPath& tracked);
  Result<Placed> PlaceFolder(const Chosen& chosen);
  Result<Plan> PlanFor(const Chosen& chosen);
  /// Sorts what the listing or the folder alone has into the plan; gives what both have.
  using Pairs = std::vector<std::pair<const ListedFile*, const ScannedFile*>>;
  static Pairs PairUp(const Chosen& chosen, Plan& plan);
  Result<> Compare(const Chosen& chosen, Plan& plan);
  bool NeedsRelink(const Plan& plan, const ScannedFile& file, const Md5Digest& md5) const;
  Result<> RequireObjects(const Plan& plan, bool legacy);
  Result<> RequireSaved(const Plan& plan, bool legacy);
  Result<bool> IsSaved(const std::string& path, Look::Digests digests);
  Result<> Apply(const Plan& plan, bool legacy);
  Result<> ApplyWhole(const Plan& plan, bool legacy, const std::string& at);
  Result<> ApplyFiles(const Plan& plan, bool legacy, const std::string& at);
  Result<> RemoveExtra(const Plan& plan, const std::string& at);
  Result<> MakeParents(const Plan& plan, const std::string& at);
  Result<> Make(const ObjectId& id, const std::string& path, const std::string& to, bool executable);
  Result<> SetAside(const std::string& at);
  void Remember(const Plan& plan, std::span<const ListedFile* const> files, std::int64_t placed_ns);
  std::string Draft() { return staging_.folder() + "/" + std::to_string(number_++); }

  WorkingTree& tree_;
  const Unsaved unsaved_;
  const Links links_;
  const Meter& meter_;
  Presence presence_;
  Linking linking_;
  Staging staging_;
  std::atomic<unsigned> number_ = 0;
};

}  // namespace cairn::repository

#include "loop/repository/collection.h"

#include <algorithm>
#include <map>
#include <set>

#include "ground/os/file_lock.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/remote.h"
#include "loop/repository/remote/need.h"

namespace cairn::repository {
namespace {

constexpr const char* kKept = "cairn/kept";

/// Reads listings, from the cache or else from the remote that keeps the folder, each once.
class Listings {
 public:
  explicit Listings(std::string cache, const CollectionOrder* order = nullptr)
      : cache_(std::move(cache)), order_(order) {}

  /// None when neither has it; Corrupt when it is damaged, for then nobody knows what it needs.
  Result<const std::vector<ObjectOfPath>*> FilesOf(const TrackedPath& tracked) {
    const ObjectId id{tracked.md5, tracked.legacy};
    if (const auto known = known_.find(id); known != known_.end())
      return known->second ? &*known->second : nullptr;
    auto& files = known_[id];
    const Chosen chosen{tracked, {}};
    if (IsInCache(cache_, id)) {
      files = CAIRN_TRY(ReadFolder(chosen, PathInCache(cache_, id))).files;
    } else if (const Remote* const remote = CAIRN_TRY(RemoteOf(tracked))) {
      const auto folder = CAIRN_TRY(os::TempFolder::Create());
      const Remote::Move move{id, folder / "listing"};
      const auto got = remote->Get({&move, 1}, Pace{}).front();
      if (got) files = CAIRN_TRY(ReadFolder(chosen, move.path)).files;
      if (!got && got.error().reason != Reason::NotFound) return got.error();
    }
    // Other paths may hold the same folder.
    for (auto& file : files ? *files : none_) file.path.erase(0, tracked.path.size());
    return files ? &*files : nullptr;
  }

 private:
  /// Null when there is none.
  Result<const Remote*> RemoteOf(const TrackedPath& tracked) {
    if (!order_) return nullptr;
    const std::string& name = order_->remote.empty() ? tracked.remote : order_->remote;
    const auto opened = remotes_.find(name);
    if (opened != remotes_.end()) return opened->second.get();
    const auto settings = order_->configuration.Remote(name);
    auto remote = settings ? Remote::Open(*settings) : Result<std::unique_ptr<Remote>>(nullptr);
    // One that only DVC can ask is none here.
    if (!remote && remote.error().reason != Reason::Unsupported) return remote.error();
    return (remotes_[name] = remote ? *std::move(remote) : nullptr).get();
  }

  const std::string cache_;
  const CollectionOrder* const order_;  // Whose remotes may be asked; null: none.
  std::map<std::string, std::unique_ptr<Remote>> remotes_;
  std::map<ObjectId, std::optional<std::vector<ObjectOfPath>>> known_;
  std::vector<ObjectOfPath> none_;
};

struct Needed {
  std::set<ObjectId> all;
  std::vector<Keeper> keepers;
};

std::uint64_t BytesOf(const std::string& cache, const ObjectId& id) {
  const auto status = os::Stat(PathInCache(cache, id));
  return status ? status->stamp.size : 0;
}

/// Of what is only told, not kept, an unknown listing is nothing.
enum class Unknown { Stops, Passed };

Error NoListing(const TrackedPath& tracked) {
  return {Reason::NotFound,
          "the listing " + tracked.md5 + " of '" + tracked.path +
              "' is neither in the cache nor in a remote, so that nobody knows which files it needs, and "
              "nothing is "
              "freed: `cairn data add " +
              tracked.path +
              "` makes it anew where the folder is whole, `cairn data gc --skip-missing` frees its files"};
}

/// Calls `take(id, path)` for every object of a tracked path.
template <class Take>
Result<> EachObject(const TrackedPath& tracked, Listings& listings, Unknown unknown, Take take) {
  const auto object = ObjectOf({tracked, {}});
  if (!object) return Done{};
  take(object->id, object->path);
  if (!object->id.IsListing()) return Done{};
  const auto* files = CAIRN_TRY(listings.FilesOf(tracked));
  if (!files && unknown == Unknown::Stops) return NoListing(tracked);
  if (!files) return Done{};
  for (const auto& file : *files) take(file.id, tracked.path + file.path);
  return Done{};
}

Unknown UnknownIn(const CollectionOrder& order) {
  return order.unlisted == Unlisted::Stop ? Unknown::Stops : Unknown::Passed;
}

Result<> AddVersions(const CollectionOrder& order, const std::string& root, const std::string& cache,
                     Listings& listings, Needed& needed) {
  const auto workspace = CAIRN_TRY(TextsOfWorkspace(root));
  for (const auto& version : CAIRN_TRY(VersionsIn(root, order.scope, workspace))) {
    Keeper keeper{(root == order.root ? "" : root + ": ") + Join(version.names, ", "), 0, 0};
    std::set<ObjectId> own;
    for (const auto& tracked : *version.tracked) {
      CAIRN_TRY(EachObject(tracked, listings, UnknownIn(order), [&](const ObjectId& id, const std::string&) {
        if (own.insert(id).second) keeper.bytes += BytesOf(cache, id);
      }));
    }
    keeper.objects = own.size();
    needed.all.merge(own);
    needed.keepers.push_back(std::move(keeper));
  }
  return Done{};
}

Result<> AddKept(const std::string& cache, Listings& listings, Needed& needed) {
  const std::string folder = os::JoinPath(cache, kKept);
  if (!os::IsFolder(folder)) return Done{};
  for (const auto& name : CAIRN_TRY(os::ListFolder(folder))) {
    if (name.starts_with('.')) continue;
    Keeper keeper{name, 0, 0};
    const std::string text = CAIRN_TRY(os::ReadFile(os::JoinPath(folder, name)));
    for (const auto line : Split(text, '\n')) {
      TrackedPath tracked;
      tracked.md5 = Trim(line);
      tracked.path = name;
      if (tracked.md5.empty()) continue;
      // A folder that is kept so and whose listing is gone cannot be made anew by anybody.
      CAIRN_TRY(EachObject(tracked, listings, Unknown::Passed, [&](const ObjectId& id, const std::string&) {
        if (!needed.all.insert(id).second) return;
        ++keeper.objects;
        keeper.bytes += BytesOf(cache, id);
      }));
    }
    needed.keepers.push_back(std::move(keeper));
  }
  return Done{};
}

/// What is not needed and old enough, listings first.
std::vector<FreedObject> Unneeded(const std::vector<HeldObject>& held, const Needed& needed,
                                  const CollectionOrder& order, std::size_t& too_young) {
  std::vector<FreedObject> freed;
  for (const auto& object : held) {
    if (needed.all.contains(object.id)) continue;
    if (object.modified_ms > order.younger_than_ms) {
      ++too_young;
    } else {
      freed.push_back({object.id, object.bytes, object.modified_ms, "", "", "", 0});
    }
  }
  std::stable_partition(freed.begin(), freed.end(),
                        [](const FreedObject& one) { return one.id.IsListing(); });
  return freed;
}

/// Finds out which commit needed each of them last, going back until all are found.
Result<> NameLastUse(const CollectionOrder& order, const std::string& cache,
                     std::vector<FreedObject*> freed) {
  // For a word about the past no remote is asked.
  Listings listings(cache);

  std::map<ObjectId, std::vector<FreedObject*>> unnamed;
  for (auto* one : freed) unnamed[one->id].push_back(one);
  Scope everything;
  everything.workspace = false;
  everything.commits = true;
  const auto versions = VersionsIn(order.root, everything, {});
  // It is only told, so that a history that cannot be read is no reason to stop.
  if (!versions) return Done{};
  std::set<const void*> seen;
  for (const auto& version : *versions) {
    if (unnamed.empty()) break;
    if (!seen.insert(version.tracked.get()).second) continue;
    for (const auto& tracked : *version.tracked) {
      CAIRN_TRY(
          EachObject(tracked, listings, Unknown::Passed, [&](const ObjectId& id, const std::string& path) {
            const auto found = unnamed.find(id);
            if (found == unnamed.end()) return;
            for (auto* one : found->second) {
              one->path = path;
              one->last_commit = version.commit;
              one->summary = version.summary;
              one->last_ms = version.time_ms;
            }
            unnamed.erase(found);
          }));
    }
  }
  return Done{};
}

bool IsEmpty(const Scope& scope) { return !scope.workspace && !scope.NeedsGit(); }

}  // namespace

Result<CollectionPlan> PlanCollection(const CollectionOrder& order) {
  if (IsEmpty(order.scope))
    return Error{Reason::InvalidArgument,
                 "say what is to be kept: the workspace, all branches, all tags, all commits or revisions"};
  const std::string cache = order.configuration.CacheFolder(order.root);
  std::unique_ptr<Remote> remote;
  if (order.in_remote) remote = CAIRN_TRY(Remote::Open(CAIRN_TRY(order.configuration.Remote(order.remote))));
  Listings listings(cache, &order);
  Needed needed;
  // Before the needs are read: what comes later is not in the list.
  const auto held = CAIRN_TRY(ObjectsBelow(cache));
  std::vector<HeldObject> held_remote;
  if (remote) held_remote = CAIRN_TRY(remote->List({order.jobs, {}}));
  CAIRN_TRY(AddVersions(order, order.root, cache, listings, needed));
  for (const auto& other : order.also)
    CAIRN_TRY(AddVersions(order, CAIRN_TRY(os::RealPath(other)), cache, listings, needed));
  CAIRN_TRY(AddKept(cache, listings, needed));
  CollectionPlan plan;
  plan.freed = Unneeded(held, needed, order, plan.too_young);
  plan.freed_remote = Unneeded(held_remote, needed, order, plan.too_young);
  plan.leftovers = CAIRN_TRY(LeftoversBelow(cache));
  if (remote) {
    for (auto& leftover : CAIRN_TRY(remote->Leftovers())) plan.leftovers.push_back(std::move(leftover));
  }
  std::erase_if(plan.leftovers, [&](const Leftover& one) { return one.modified_ms > order.younger_than_ms; });
  plan.keepers = std::move(needed.keepers);
  std::vector<FreedObject*> all;
  for (auto& one : plan.freed) all.push_back(&one);
  for (auto& one : plan.freed_remote) all.push_back(&one);
  if (!all.empty()) CAIRN_TRY(NameLastUse(order, cache, std::move(all)));
  return plan;
}

Result<std::size_t> Collect(const CollectionOrder& order, const CollectionPlan& plan) {
  const std::string cache = order.configuration.CacheFolder(order.root);
  std::size_t count = 0;
  for (const auto& object : plan.freed) {
    const std::string path = PathInCache(cache, object.id);
    const auto now = os::Stat(path);
    constexpr std::int64_t kNsPerMs = 1'000'000;
    if (!now || now->stamp.mtime_ns / kNsPerMs != object.modified_ms) continue;
    auto removed = os::Remove(path);
    if (!removed && removed.error().reason != Reason::NotFound) return removed.error();
    ++count;
  }
  for (const auto& leftover : plan.leftovers) static_cast<void>(bool(os::Remove(leftover.path)));
  if (plan.freed_remote.empty()) return count;
  const auto remote = CAIRN_TRY(Remote::Open(CAIRN_TRY(order.configuration.Remote(order.remote))));
  std::vector<ObjectId> ids;
  for (const auto& object : plan.freed_remote) ids.push_back(object.id);
  CAIRN_TRY(remote->Remove(ids));
  return count + ids.size();
}

Result<> Keep(const std::string& cache, std::string_view by, std::span<const std::string> md5s) {
  const std::string folder = os::JoinPath(cache, kKept), file = os::JoinPath(folder, by);
  CAIRN_TRY(os::MakeFolders(folder));
  const auto lock = CAIRN_TRY(os::FileLock::Wait(os::JoinPath(folder, ".lock")));
  auto text = os::ReadFile(file);
  if (!text && text.error().reason != Reason::NotFound) return std::move(text).error();
  std::string all = text ? *std::move(text) : "";
  for (const auto& md5 : md5s) all += md5 + "\n";
  return os::WriteFileAtomically(file, all);
}

Result<> LetGo(const std::string& cache, std::string_view by) {
  const std::string folder = os::JoinPath(cache, kKept), file = os::JoinPath(folder, by);
  if (!os::Exists(file)) return Done{};
  const auto lock = CAIRN_TRY(os::FileLock::Wait(os::JoinPath(folder, ".lock")));
  return os::RemoveTree(file);
}

}  // namespace cairn::repository

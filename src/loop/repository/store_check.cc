#include "loop/repository/store_check.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "ground/os/files.h"
#include "ground/os/walk.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

constexpr unsigned kProtected = 0444;

struct Found {
  ObjectId id;
  os::FileStatus status;
};

class Checker {
 public:
  Checker(const Objects& objects, std::span<const TrackedPath> tracked, const Meter& meter)
      : objects_(objects), tracked_(tracked), meter_(meter) {}

  Result<StoreReport> Run() {
    CAIRN_TRY(Find());
    CAIRN_TRY(ForEach(found_.size(), [&](std::size_t i) { return Read(found_[i]); }));
    CAIRN_TRY(HoldListings());
    CAIRN_TRY(HoldTracked());
    auto& problems = report_.problems;
    std::stable_sort(problems.begin(), problems.end(), [](const auto& a, const auto& b) {
      return std::tie(a.kind, a.object) < std::tie(b.kind, b.object);
    });
    return std::move(report_);
  }

 private:
  Result<> Find() {
    const std::string& folder = objects_.use().folder;
    if (!os::IsFolder(folder)) return Done{};
    const auto walk = CAIRN_TRY(os::WalkTree(folder, os::Detail::Stamps, nullptr));
    for (const auto& one : walk.folders) {
      for (const auto& entry : one.entries) {
        if (entry.kind != os::FileKind::File) continue;
        auto id = ObjectAt(os::JoinPath(one.path, entry.name));
        if (!id) continue;
        os::FileStatus status;
        status.stamp = entry.stamp;
        status.mode = entry.mode;
        report_.bytes += entry.stamp.size;
        ++(id->IsListing() ? report_.listings : report_.objects);
        there_.insert(*id);
        found_.push_back({*std::move(id), status});
      }
    }
    if (meter_.expected) meter_.expected(report_.bytes);
    return Done{};
  }

  Result<> Read(const Found& found) {
    const std::string path = objects_.PathOf(found.id);
    const bool dos2unix = found.id.legacy && !found.id.IsListing();
    const auto md5 = dos2unix ? LegacyDigestFile(path, found.status.stamp)
                              : DigestFile(path, found.status.stamp, meter_.done);
    if (!md5) {
      // A name that went, or a new object in its place, is no damage.
      if (md5.error().reason == Reason::Conflict) return Done{};
      Add({StoreProblem::Kind::Unreadable,
           found.id.md5,
           path,
           {},
           0,
           "the object " + found.id.md5 + " cannot be read: " + md5.error().message});
      return Done{};
    }
    const bool whole = HexOf(*md5) == std::string_view(found.id.md5).substr(0, 32);
    if (!whole) {
      static_cast<void>(bool(os::SetMode(path, 0644)));
      const std::lock_guard lock(mutex_);
      damaged_.insert(found.id);
    } else if (found.status.mode != kProtected && os::SetMode(path, kProtected)) {
      const std::lock_guard lock(mutex_);
      ++report_.unprotected;
    }
    return Done{};
  }

  void Add(StoreProblem problem) {
    const std::lock_guard lock(mutex_);
    report_.problems.push_back(std::move(problem));
  }

  /// Who needs an object is found on the way, for those that are damaged.
  Result<> HoldListings() {
    std::map<std::string, std::string> tracked_as;
    for (const TrackedPath& one : tracked_) {
      tracked_as.emplace(one.md5, one.path);
      if (damaged_.contains({one.md5, one.legacy})) needed_by_[{one.md5, one.legacy}].push_back(one.path);
    }
    for (const Found& found : found_) {
      if (!found.id.IsListing() || damaged_.contains(found.id)) continue;
      const auto listing = objects_.ReadListing(found.id);
      if (!listing) {
        Add({StoreProblem::Kind::Damaged,
             found.id.md5,
             objects_.PathOf(found.id),
             {},
             0,
             listing.error().message});
        continue;
      }
      const auto as = tracked_as.find(found.id.md5);
      HoldListing(found.id, *listing, as == tracked_as.end() ? "" : as->second);
    }
    for (const ObjectId& id : damaged_) {
      auto& paths = needed_by_[id];
      std::string sentence = "the object " + id.md5 + " is damaged: its bytes are not what its name says";
      if (!paths.empty())
        sentence += "; it is the content of '" + paths.front() + "'" +
                    (paths.size() > 1 ? " and " + std::to_string(paths.size() - 1) + " more" : "");
      Add({StoreProblem::Kind::Damaged, id.md5, objects_.PathOf(id), paths, 0, sentence});
    }
    return Done{};
  }

  void HoldListing(const ObjectId& id, const Listing& listing, const std::string& path) {
    std::size_t missing = 0;
    std::string first;
    for (const ListedFile& file : listing.files()) {
      const ObjectId object{HexOf(file.md5), id.legacy};
      if (!there_.contains(object)) {
        if (missing++ == 0) first = file.relpath;
      } else if (!damaged_.empty() && damaged_.contains(object) && !path.empty()) {
        needed_by_[object].push_back(path + "/" + std::string(file.relpath));
      }
    }
    // A listing that nobody tracks now may have been left by a collection.
    if (missing == 0 || path.empty()) return;
    Add({StoreProblem::Kind::FilesMissing,
         id.md5,
         path,
         {path},
         missing,
         "'" + path + "' lacks " + std::to_string(missing) + " of its files in the cache, '" + first +
             "' first: `cairn data fetch " + path + "` gets them"});
  }

  Result<> HoldTracked() {
    for (const TrackedPath& one : tracked_) {
      if (!one.cached || one.md5.empty() || there_.contains({one.md5, one.legacy})) continue;
      Add({StoreProblem::Kind::ObjectMissing,
           one.md5,
           one.path,
           {one.path},
           0,
           "the content of '" + one.path + "' (" + one.md5 + ") is not in the cache: `cairn data fetch " +
               one.path + "` gets it"});
    }
    return Done{};
  }

  const Objects& objects_;
  const std::span<const TrackedPath> tracked_;
  const Meter& meter_;
  std::mutex mutex_;
  std::vector<Found> found_;
  std::set<ObjectId> there_, damaged_;
  std::map<ObjectId, std::vector<std::string>> needed_by_;
  StoreReport report_;
};

}  // namespace

Result<StoreReport> CheckStore(const Objects& objects, std::span<const TrackedPath> tracked,
                               const Meter& meter) {
  return Checker(objects, tracked, meter).Run();
}

}  // namespace cairn::repository

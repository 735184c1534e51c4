#include "loop/repository/checkout.h"

#include <algorithm>
#include <set>

#include "ground/os/files.h"
#include "ground/os/walk.h"
#include "loop/repository/adding/git_program.h"
#include "loop/repository/placing/placer.h"
#include "loop/repository/placing/remembered_paths.h"
#include "loop/repository/pointer/text_batch.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

/// Whether the others can still be placed when one path failed so.
bool IsOfOnePath(Reason reason) {
  return reason == Reason::NotFound || reason == Reason::Conflict || reason == Reason::Corrupt ||
         reason == Reason::InvalidArgument;
}

Result<> PlaceAll(Placer& placer, std::span<const Chosen> chosen, CheckedOut& out) {
  for (const Chosen& one : chosen) {
    if (!one.path.cached || one.path.md5.empty()) continue;
    const auto placed = placer.Place(one);
    if (!placed && !IsOfOnePath(placed.error().reason)) return placed.error();
    if (!placed) {
      out.failed.push_back({one.path.path, placed.error()});
      continue;
    }
    out.files_added += placed->added;
    out.files_modified += placed->modified;
    out.files_deleted += placed->deleted;
    if (placed->Changed()) (placed->there_before ? out.modified : out.added).push_back(one.path.path);
  }
  return Done{};
}

bool LiesIn(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

/// What nobody tracks any more, in whole or in part.
std::vector<std::string> Abandoned(const WorkingTree& tree, const std::vector<TrackedPath>& tracked) {
  std::vector<std::string> abandoned;
  for (std::string& path : RememberedPaths(tree)) {
    const bool used = std::any_of(tracked.begin(), tracked.end(), [&](const TrackedPath& one) {
      return one.path == path || LiesIn(one.path, path) || LiesIn(path, one.path);
    });
    if (!used) abandoned.push_back(std::move(path));
  }
  return abandoned;
}

Result<> TakeAwayAbandoned(WorkingTree& tree, Placer& placer, const std::vector<TrackedPath>& tracked,
                           CheckedOut& out) {
  for (const std::string& path : Abandoned(tree, tracked)) {
    if (tree.git_root() && CAIRN_TRY(IsKeptByGit(*tree.git_root(), tree.At(path)))) continue;
    if (!CAIRN_TRY(placer.TakeAway(path))) continue;
    out.deleted.push_back(path);
    ++out.files_deleted;
  }
  return Done{};
}

}  // namespace

Result<CheckedOut> Checkout(WorkingTree& tree, std::span<const Chosen> chosen, Unsaved unsaved, Links links,
                            const Meter& meter) {
  const auto lock = CAIRN_TRY(tree.Lock(meter.waiting));
  Placer placer(tree, unsaved, links, meter, CAIRN_TRY(Staging::Begin(StagingIn(tree))));
  CheckedOut out;
  auto placed = PlaceAll(placer, chosen, out);
  static_cast<void>(bool(tree.index().Save()));
  CAIRN_TRY(std::move(placed));
  return out;
}

Result<CheckedOut> CheckoutAll(WorkingTree& tree, Unsaved unsaved, Links links, const Meter& meter) {
  const auto lock = CAIRN_TRY(tree.Lock(meter.waiting));
  const auto tracked = CAIRN_TRY(tree.Tracked());
  Placer placer(tree, unsaved, links, meter, CAIRN_TRY(Staging::Begin(StagingIn(tree))));
  CheckedOut out;
  CAIRN_TRY(TakeAwayAbandoned(tree, placer, tracked, out));
  std::vector<Chosen> all;
  std::vector<std::string> paths;
  for (const TrackedPath& one : tracked) {
    all.push_back({one, {}});
    paths.push_back(one.path);
  }
  auto placed = PlaceAll(placer, all, out);
  static_cast<void>(bool(tree.index().Save()));
  CAIRN_TRY(std::move(placed));
  CAIRN_TRY(RememberPaths(tree, std::move(paths)));
  return out;
}

namespace {

/// Whether the file was a link and is none now.
Result<bool> UnprotectFile(const std::string& at, const std::string& draft) {
  const auto status = CAIRN_TRY(os::Stat(at, os::Symlinks::Report));
  const bool linked = status.kind == os::FileKind::Symlink || status.links > 1;
  if (!linked && (status.mode & 0200) != 0) return false;
  if (!linked) {
    CAIRN_TRY(os::SetMode(at, status.mode | 0200));
    return true;
  }
  const unsigned executable = CAIRN_TRY(os::Stat(at)).mode & 0111;
  CAIRN_TRY(os::CopyFile(at, draft));
  if (executable) CAIRN_TRY(os::SetMode(draft, CAIRN_TRY(os::Stat(draft)).mode | executable));
  CAIRN_TRY(MoveInto(draft, at));
  return true;
}

}  // namespace

Result<std::size_t> Unprotect(WorkingTree& tree, const std::string& path) {
  const auto lock = CAIRN_TRY(tree.Lock());
  const auto staging = CAIRN_TRY(Staging::Begin(StagingIn(tree)));
  std::atomic<std::size_t> count = 0;
  const auto one = [&](const std::string& at, std::size_t number) -> Result<> {
    if (CAIRN_TRY(UnprotectFile(at, os::JoinPath(staging.folder(), std::to_string(number))))) ++count;
    return Done{};
  };
  const std::string at = tree.At(path);
  const auto status = CAIRN_TRY(os::Stat(at));
  if (status.kind != os::FileKind::Folder) {
    CAIRN_TRY(one(at, 0));
    return count.load();
  }
  std::vector<std::string> files;
  const auto walk = CAIRN_TRY(os::WalkTree(at, os::Detail::Stamps, nullptr));
  for (const auto& folder : walk.folders) {
    for (const auto& entry : folder.entries) {
      if (entry.kind == os::FileKind::File)
        files.push_back(os::JoinPath(folder.path.empty() ? at : os::JoinPath(at, folder.path), entry.name));
    }
  }
  CAIRN_TRY(ForEach(files.size(), [&](std::size_t i) { return one(files[i], i); }));
  return count.load();
}

}  // namespace cairn::repository

#include "loop/repository/placing/placer.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/ignore.h"
#include "loop/repository/pointer/text_batch.h"
#include "loop/repository/reserved.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {
namespace {

/// So many are made aside before they are put in place, so that neither time nor space is wasted on a killed
/// process or a full disk.
constexpr std::size_t kBatch = 16'384;

Look::Digests DigestsOf(const TrackedPath& tracked) {
  return tracked.legacy ? Look::Digests::Dvc2 : Look::Digests::Dvc3;
}

bool IsChosen(const std::string& path, const std::vector<std::string>& only) {
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& one) {
           return path == one || (path.starts_with(one) && path[one.size()] == '/');
         });
}

Error Missing(const std::string& path, const ObjectId& id) {
  return {Reason::NotFound, "the object " + id.md5 + " for '" + path +
                                "' is not in the cache: `cairn data fetch` gets it from a remote"};
}

Error NotSaved(const std::string& path, const std::vector<std::string>& files) {
  constexpr std::size_t kMostNamed = 5;
  std::vector<std::string> named(
      files.begin(), files.begin() + static_cast<std::ptrdiff_t>(std::min(files.size(), kMostNamed)));
  std::string what = Join(named, ", ");
  if (files.size() > kMostNamed) what += " and " + std::to_string(files.size() - kMostNamed) + " more";
  return {Reason::Conflict, "'" + path + "' holds what is not in the cache: " + what +
                                "; `cairn data commit " + path + "` keeps it, --force overwrites it"};
}

/// A file that became visible at `placed_ns` and was written well before: whoever wrote to it since has left
/// another stamp.
bool IsOurs(const os::FileStamp& stamp, std::int64_t placed_ns) {
  os::FileStamp written = stamp;
  written.ctime_ns = written.mtime_ns;
  return IsSettled(written, placed_ns);
}

}  // namespace

Result<Placed> Placer::Place(const Chosen& chosen) {
  CAIRN_TRY(CheckPlace(tree_.root(), chosen.path.path));
  return chosen.path.IsFolder() ? PlaceFolder(chosen) : PlaceFile(chosen.path);
}

Result<> Placer::Make(const ObjectId& id, const std::string& path, const std::string& to, bool executable) {
  auto made = linking_.Make(id, tree_.objects().PathOf(id), to, executable);
  if (!made && made.error().reason == Reason::Corrupt)
    return Error{Reason::Corrupt, "'" + path + "' is not checked out: " + made.error().message};
  CAIRN_TRY(std::move(made));
  if (meter_.done) meter_.done(CAIRN_TRY(os::Stat(to)).stamp.size);
  return Done{};
}

Result<> Placer::SetAside(const std::string& at) {
  auto moved = os::Rename(at, Draft());
  return moved || moved.error().reason != Reason::Unsupported ? moved : os::RemoveTree(at);
}

Result<bool> Placer::IsSaved(const std::string& path, Look::Digests digests) {
  Look look(tree_, {});
  const auto snapshot = CAIRN_TRY(look.Take(path, digests));
  const bool legacy = digests == Look::Digests::Dvc2;
  if (!snapshot.folder) return presence_.HoldsFile({snapshot.md5, legacy});
  const auto& files = snapshot.listing->files();
  return std::all_of(files.begin(), files.end(), [&](const ListedFile& file) {
    return presence_.HoldsFile({HexOf(file.md5), legacy});
  });
}

Result<Placed> Placer::PlaceFile(const TrackedPath& tracked) {
  const std::string at = tree_.At(tracked.path);
  const ObjectId id{tracked.md5, tracked.legacy};
  const std::string object = tree_.objects().PathOf(id);
  const auto now = os::Stat(at, os::Symlinks::Report);
  Placed placed;
  placed.there_before = bool(now);
  Look look(tree_, meter_);
  if (CAIRN_TRY(look.Holds(tracked.path, tracked.md5, DigestsOf(tracked),
                           [] { return static_cast<const Listing*>(nullptr); }))) {
    const bool executable = (now->mode & 0100) != 0;
    if (tracked.executable && !executable && now->kind == os::FileKind::File && now->links == 1)
      CAIRN_TRY(os::SetMode(at, now->mode | (0111 & now->mode >> 2)));
    if (links_ == Links::AsTheyAre || linking_.IsLinkedRight(*now, at, object)) return placed;
  } else if (now && unsaved_ == Unsaved::Refuse && os::Exists(at) &&
             !CAIRN_TRY(IsSaved(tracked.path, DigestsOf(tracked)))) {
    return NotSaved(tracked.path, {tracked.path});
  }
  if (!presence_.HoldsFile(id)) return Missing(tracked.path, id);
  const std::string draft = Draft();
  CAIRN_TRY(Make(id, tracked.path, draft, tracked.executable));
  CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
  if (now && now->kind == os::FileKind::Folder) CAIRN_TRY(SetAside(at));
  const std::int64_t placed_ns = NowNs();
  CAIRN_TRY(MoveInto(draft, at));
  (now ? placed.modified : placed.added) = 1;
  const auto stamp = CAIRN_TRY(os::Stat(at)).stamp;
  const Fact fact = tracked.legacy ? Fact::Md5Dos2Unix : Fact::Md5;
  if (IsOurs(stamp, placed_ns))
    tree_.index().Remember(fact, Fingerprint::OfPath(tracked.path), Fingerprint::Of(stamp),
                           *Md5OfHex(tracked.md5));
  return placed;
}

Result<Placer::Plan> Placer::PlanFor(const Chosen& chosen) {
  const TrackedPath& tracked = chosen.path;
  auto listing = tree_.objects().ReadListing({tracked.md5, tracked.legacy});
  if (!listing && listing.error().reason == Reason::NotFound)
    return Missing(tracked.path, {tracked.md5, tracked.legacy});
  Plan plan{tracked.path, DigestsOf(tracked), CAIRN_TRY(std::move(listing)), std::nullopt, {}, {}, {}, {}};
  CAIRN_TRY(CheckPlaces(plan.listing, tracked.path));
  if (os::IsFolder(tree_.At(tracked.path)))
    plan.scan = CAIRN_TRY(
        ScanFolder(tree_.At(tracked.path), CAIRN_TRY(IgnoreRules::For(tree_.root(), tracked.path))));
  return plan;
}

bool Placer::NeedsRelink(const Plan& plan, const ScannedFile& file, const Md5Digest& md5) const {
  if (links_ == Links::AsTheyAre) return false;
  const std::string at = tree_.At(plan.path) + "/" + std::string(file.relpath);
  const auto status = os::Stat(at, os::Symlinks::Report);
  const ObjectId id{HexOf(md5), plan.digests == Look::Digests::Dvc2};
  return status && !linking_.IsLinkedRight(*status, at, tree_.objects().PathOf(id));
}

Placer::Pairs Placer::PairUp(const Chosen& chosen, Plan& plan) {
  static const std::vector<ScannedFile> kNone;
  const auto& files = plan.scan ? plan.scan->files : kNone;
  std::vector<std::uint32_t> order(files.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return Listing::Before(files[a].relpath, files[b].relpath);
  });
  Pairs both;
  auto listed = plan.listing.files().begin();
  auto found = order.begin();
  const auto chosen_path = [&](std::string_view relpath) {
    return IsChosen(plan.path + "/" + std::string(relpath), chosen.only);
  };
  while (listed != plan.listing.files().end() || found != order.end()) {
    const bool no_file = found == order.end(), no_entry = listed == plan.listing.files().end();
    if (no_file || (!no_entry && Listing::Before(listed->relpath, files[*found].relpath))) {
      if (chosen_path(listed->relpath)) plan.add.push_back(&*listed);
      ++listed;
    } else if (no_entry || Listing::Before(files[*found].relpath, listed->relpath)) {
      if (chosen_path(files[*found].relpath)) plan.extra.push_back(&files[*found]);
      ++found;
    } else {
      if (chosen_path(listed->relpath)) both.emplace_back(&*listed, &files[*found]);
      ++listed;
      ++found;
    }
  }
  return both;
}

Result<> Placer::Compare(const Chosen& chosen, Plan& plan) {
  const Pairs both = PairUp(chosen, plan);
  std::vector<char> differs(both.size(), 0);
  Look look(tree_, meter_);
  CAIRN_TRY(ForEach(both.size(), [&](std::size_t i) -> Result<> {
    const auto& [entry, file] = both[i];
    if (file->is_broken) {
      differs[i] = 1;
      return Done{};
    }
    const Md5Digest md5 = CAIRN_TRY(look.DigestOf(plan.path + "/" + std::string(file->relpath),
                                                  Scan::KeyOf(plan.path, file->relpath), file->stamp,
                                                  plan.scan->began_ns, plan.digests));
    differs[i] = md5 != entry->md5 || NeedsRelink(plan, *file, md5);
    return Done{};
  }));
  for (std::size_t i = 0; i < both.size(); ++i) {
    if (!differs[i]) continue;
    plan.replace.push_back(both[i].first);
    plan.replaced.push_back(both[i].second);
  }
  return Done{};
}

Result<> Placer::RequireObjects(const Plan& plan, bool legacy) {
  const auto need = [&](const std::vector<const ListedFile*>& files) {
    return ForEach(files.size(), [&](std::size_t i) -> Result<> {
      const ObjectId id{HexOf(files[i]->md5), legacy};
      return presence_.HoldsFile(id) ? Result<>()
                                     : Missing(plan.path + "/" + std::string(files[i]->relpath), id);
    });
  };
  CAIRN_TRY(need(plan.add));
  return need(plan.replace);
}

Result<> Placer::RequireSaved(const Plan& plan, bool legacy) {
  if (unsaved_ == Unsaved::Overwrite) return Done{};
  Look look(tree_, {});
  std::vector<std::string> unsaved;
  for (const auto* files : {&plan.replaced, &plan.extra}) {
    for (const ScannedFile* file : *files) {
      if (file->is_broken) continue;
      const std::string path = plan.path + "/" + std::string(file->relpath);
      const auto md5 = CAIRN_TRY(look.DigestOf(path, Scan::KeyOf(plan.path, file->relpath), file->stamp,
                                               plan.scan->began_ns, plan.digests));
      if (!presence_.HoldsFile({HexOf(md5), legacy})) unsaved.emplace_back(file->relpath);
    }
  }
  return unsaved.empty() ? Result<>() : NotSaved(plan.path, unsaved);
}

Result<Placed> Placer::PlaceFolder(const Chosen& chosen) {
  const TrackedPath& tracked = chosen.path;
  const std::string at = tree_.At(tracked.path);
  Placed placed;
  const auto now = os::Stat(at, os::Symlinks::Report);
  placed.there_before = bool(now);
  const ObjectId id{tracked.md5, tracked.legacy};
  if (links_ == Links::AsTheyAre && chosen.only.empty() && now) {
    Look look(tree_, meter_);
    std::optional<Listing> listing;
    const auto known = [&]() -> const Listing* {
      if (auto read = tree_.objects().ReadListing(id)) listing.emplace(*std::move(read));
      return listing ? &*listing : nullptr;
    };
    if (CAIRN_TRY(look.Holds(tracked.path, tracked.md5, DigestsOf(tracked), known))) return placed;
  }
  Plan plan = CAIRN_TRY(PlanFor(chosen));
  CAIRN_TRY(Compare(chosen, plan));
  CAIRN_TRY(RequireObjects(plan, tracked.legacy));
  CAIRN_TRY(RequireSaved(plan, tracked.legacy));
  if (now && !plan.scan && unsaved_ == Unsaved::Refuse && os::Exists(at) &&
      !CAIRN_TRY(IsSaved(tracked.path, plan.digests)))
    return NotSaved(tracked.path, {tracked.path});
  if (now && !plan.scan) CAIRN_TRY(SetAside(at));
  if (meter_.expected) meter_.expected(tracked.size);
  CAIRN_TRY(Apply(plan, tracked.legacy));
  placed.added = plan.add.size();
  placed.modified = plan.replace.size();
  placed.deleted = plan.extra.size();
  // An empty folder is something too.
  if (!now && placed.added == 0) placed.added = 1;
  return placed;
}

Result<> Placer::Apply(const Plan& plan, bool legacy) {
  const std::string at = tree_.At(plan.path);
  if (!plan.scan) {
    CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
    return ApplyWhole(plan, legacy, at);
  }
  CAIRN_TRY(RemoveExtra(plan, at));
  return ApplyFiles(plan, legacy, at);
}

Result<> Placer::MakeParents(const Plan& plan, const std::string& at) {
  std::set<std::string_view> folders;
  for (const auto* files : {&plan.add, &plan.replace}) {
    for (const ListedFile* file : *files) {
      const auto slash = file->relpath.rfind('/');
      if (slash != std::string_view::npos) folders.insert(file->relpath.substr(0, slash));
    }
  }
  for (const std::string_view folder : folders) {
    // Nothing is written through a link to a place that is not the folder's.
    for (auto slash = folder.find('/');; slash = folder.find('/', slash + 1)) {
      const std::string above = at + "/" + std::string(folder.substr(0, slash));
      const auto status = os::Stat(above, os::Symlinks::Report);
      if (status && status->kind == os::FileKind::Symlink)
        return Error{Reason::Conflict,
                     "'" + above + "' is a link, where '" + plan.path + "' has a folder: remove it first"};
      if (slash == std::string_view::npos) break;
    }
    CAIRN_TRY(os::MakeFolders(at + "/" + std::string(folder)));
  }
  return Done{};
}

/// The folder is built aside and appears with one rename.
Result<> Placer::ApplyWhole(const Plan& plan, bool legacy, const std::string& at) {
  const std::string draft = Draft();
  CAIRN_TRY(os::MakeFolders(draft));
  CAIRN_TRY(MakeParents(plan, draft));
  CAIRN_TRY(ForEach(plan.add.size(), [&](std::size_t i) -> Result<> {
    const ObjectId id{HexOf(plan.add[i]->md5), legacy};
    const std::string relpath(plan.add[i]->relpath);
    return Make(id, plan.path + "/" + relpath, draft + "/" + relpath, false);
  }));
  const std::int64_t placed_ns = NowNs();
  auto moved = os::Rename(draft, at);
  if (!moved && moved.error().reason == Reason::Unsupported) {
    // The folder belongs on another file system.
    CAIRN_TRY(os::MakeFolders(at));
    return ApplyFiles(plan, legacy, at);
  }
  CAIRN_TRY(std::move(moved));
  Remember(plan, plan.add, placed_ns);
  return Done{};
}

Result<> Placer::ApplyFiles(const Plan& plan, bool legacy, const std::string& at) {
  CAIRN_TRY(MakeParents(plan, at));
  std::vector<const ListedFile*> files = plan.add;
  files.insert(files.end(), plan.replace.begin(), plan.replace.end());
  for (std::size_t begin = 0; begin < files.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, files.size() - begin);
    std::vector<std::string> drafts(count);
    CAIRN_TRY(ForEach(count, [&](std::size_t i) -> Result<> {
      drafts[i] = Draft();
      const ListedFile& file = *files[begin + i];
      return Make({HexOf(file.md5), legacy}, plan.path + "/" + std::string(file.relpath), drafts[i], false);
    }));
    const std::int64_t placed_ns = NowNs();
    CAIRN_TRY(ForEach(count, [&](std::size_t i) -> Result<> {
      return MoveInto(drafts[i], at + "/" + std::string(files[begin + i]->relpath));
    }));
    Remember(plan, std::span(files).subspan(begin, count), placed_ns);
  }
  return Done{};
}

Result<> Placer::RemoveExtra(const Plan& plan, const std::string& at) {
  std::set<std::string, std::greater<>> emptied;
  for (const ScannedFile* file : plan.extra) {
    CAIRN_TRY(os::Remove(at + "/" + std::string(file->relpath)));
    for (auto slash = file->relpath.rfind('/'); slash != std::string_view::npos && slash > 0;
         slash = file->relpath.rfind('/', slash - 1))
      emptied.emplace(file->relpath.substr(0, slash));
  }
  // The deeper ones first; those that still hold something stay.
  for (const std::string& folder : emptied) {
    const auto names = os::ListFolder(at + "/" + folder);
    if (names && names->empty()) CAIRN_TRY(os::Remove(at + "/" + folder));
  }
  return Done{};
}

void Placer::Remember(const Plan& plan, std::span<const ListedFile* const> files, std::int64_t placed_ns) {
  const Fact fact = plan.digests == Look::Digests::Dvc2 ? Fact::Md5Dos2Unix : Fact::Md5;
  const std::string at = tree_.At(plan.path) + "/";
  static_cast<void>(bool(ForEach(files.size(), [&](std::size_t i) -> Result<> {
    const auto status = os::Stat(at + std::string(files[i]->relpath));
    if (status && IsOurs(status->stamp, placed_ns))
      tree_.index().Remember(fact, Scan::KeyOf(plan.path, files[i]->relpath), Fingerprint::Of(status->stamp),
                             files[i]->md5);
    return Done{};
  })));
}

Result<bool> Placer::TakeAway(const std::string& path) {
  if (!os::Exists(tree_.At(path))) return false;
  if (!CAIRN_TRY(IsSaved(path, Look::Digests::Dvc3))) return false;
  CAIRN_TRY(SetAside(tree_.At(path)));
  return true;
}

}  // namespace cairn::repository

#include "loop/repository/adding.h"

#include <algorithm>
#include <map>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/adding/git_program.h"
#include "loop/repository/adding/reading.h"
#include "loop/repository/cache/linking.h"
#include "loop/repository/cache/presence.h"
#include "loop/repository/placing/relink.h"
#include "loop/repository/placing/remembered_paths.h"
#include "loop/repository/pointer/text_batch.h"
#include "loop/repository/scan/look.h"
#include "loop/repository/status.h"

namespace cairn::repository {
namespace {

/// With more than this written aside, it is put on disk before the lock is taken, which others wait for.
constexpr std::uint64_t kMuch = 32 << 20;

class Addition {
 public:
  Addition(WorkingTree& tree, Intake intake, const Meter& meter)
      : tree_(tree),
        intake_(std::move(intake)),
        meter_(meter),
        before_(Presence(tree.objects(), tree.index()).Prefixes()),
        reader_(tree, intake_, meter_, [this] { return Relieve(); }) {}

  Result<> Read(Target target, bool stored) {
    read_.push_back(CAIRN_TRY(reader_.Read(std::move(target), stored)));
    if (read_.back().is_folder && read_.back().order.empty())
      added_.warnings.push_back("'" + read_.back().target.path + "' is empty");
    const auto& files = read_.back().scan.files;
    if (!std::all_of(files.begin(), files.end(), [](const ScannedFile& one) { return IsUtf8(one.relpath); }))
      added_.warnings.push_back("'" + read_.back().target.path +
                                "' holds names that are not UTF-8: Cairn keeps them, but `dvc` cannot work "
                                "with this folder");
    return Done{};
  }

  Result<Added> Finish() {
    if (intake_.staged_bytes() > kMuch) CAIRN_TRY(os::SyncFileSystem(tree_.objects().use().folder));
    CAIRN_TRY(TakeLock());
    // Since it was looked at, somebody else may have taken away what need not be stored.
    if (!(Presence(tree_.objects(), tree_.index()).Prefixes() == before_)) {
      for (const ReadTarget& read : read_) {
        if (read.stored) CAIRN_TRY(reader_.ReadAgain(read));
      }
    }
    TextBatch texts(tree_);
    const auto tracked = CAIRN_TRY(tree_.Tracked());
    for (const TrackedPath& one : tracked) paths_.push_back(one.path);
    for (const ReadTarget& read : read_) CAIRN_TRY(Name(read, tracked, texts));
    CAIRN_TRY(texts.WriteAside());
    CAIRN_TRY(intake_.Publish());
    CAIRN_TRY(texts.Publish());
    added_.texts = texts.changed();
    CAIRN_TRY(RememberPaths(tree_, std::move(paths_)));
    lock_.reset();
    // The names too are on disk, in the order they were given.
    if (published_ || !added_.texts.empty()) CAIRN_TRY(SyncNames());
    return std::move(added_);
  }

  const std::vector<ReadTarget>& read() const { return read_; }

 private:
  Result<> TakeLock() {
    if (!lock_) lock_.emplace(CAIRN_TRY(tree_.Lock(meter_.waiting)));
    published_ = published_ || intake_.staged_files() > 0;
    return Done{};
  }

  /// From here on the lock is held: what has a name and is in no text yet would be garbage to others.
  Result<> Relieve() {
    CAIRN_TRY(os::SyncFileSystem(tree_.objects().use().folder));
    CAIRN_TRY(TakeLock());
    CAIRN_TRY(intake_.Publish());
    return tree_.index().Save();
  }

  Result<> SyncNames() const {
    const std::string& cache = tree_.objects().use().folder;
    if (os::Exists(cache)) CAIRN_TRY(os::SyncFileSystem(cache));
    const auto apart = os::Stat(cache);
    const auto root = CAIRN_TRY(os::Stat(tree_.root()));
    return apart && apart->device == root.device ? Result<>() : os::SyncFileSystem(tree_.root());
  }

  /// As it stands now that nobody else can change it.
  Result<std::optional<TrackedPath>> TrackedNow(const ReadTarget& read,
                                                const std::vector<TrackedPath>& tracked) const {
    if (read.target.tracked) {
      for (const TrackedPath& one : tracked) {
        if (one.path == read.target.tracked->path && one.said_in == read.target.tracked->said_in)
          return std::optional(one);
      }
    }
    // Made by somebody else meanwhile, perhaps.
    if (read.target.tracked && !read.target.tracked->stage.empty()) return read.target.tracked;
    return CAIRN_TRY(TargetOf(tree_, read.target.path, tracked)).tracked;
  }

  Result<> Name(const ReadTarget& read, const std::vector<TrackedPath>& tracked, TextBatch& texts) {
    const auto now = CAIRN_TRY(TrackedNow(read, tracked));
    const bool inside = now && now->path != read.target.path;
    const Content content = inside ? CAIRN_TRY(MergedContent(read, *now, texts)) : read.AsContent();
    if (!inside && read.is_folder && read.stored)
      CAIRN_TRY(intake_.TakeBytes(read.AsListing().Object(), content.md5));
    const std::string path = inside ? now->path : read.target.path;
    const std::string said_in = now ? now->said_in : path + ".dvc";
    const auto text = CAIRN_TRY(texts.Read(said_in));
    texts.Put(said_in, CAIRN_TRY(TextOf(path, said_in, text, now, content)));
    if ((!now || now->cached) && (!now || now->stage.empty()))
      CAIRN_TRY(IgnoreInTexts(tree_, path, content.nfiles.has_value(), texts));
    paths_.push_back(path);
    const bool changed = !now || now->legacy || now->md5 != content.md5;
    added_.paths.push_back({path, said_in, content.md5, content.size,
                            static_cast<std::size_t>(content.nfiles.value_or(1)), changed});
    if (read.is_folder && !inside)
      Look::RememberTree(tree_, path, read.scan, Look::Digests::Dvc3, content.md5);
    published_ = published_ || intake_.staged_files() > 0;
    return Done{};
  }

  Result<std::string> TextOf(const std::string& path, const std::string& said_in,
                             const std::optional<std::string>& text, const std::optional<TrackedPath>& now,
                             const Content& content) const {
    const std::string name = os::BaseName(path);
    if (!text) return NewDvcFile(name, content);
    if (!now) {
      // A file of that name that tracks something else, or nothing.
      return Error{Reason::AlreadyExists,
                   "'" + said_in + "' is there and does not track '" + path + "': rename or remove it"};
    }
    return now->stage.empty() ? ChangedDvcFile(*text, said_in, now->written, content)
                              : ChangedLock(*text, said_in, now->stage, now->written, content);
  }

  /// The folder that the target lies in, with the target's files as they are now.
  Result<Content> MergedContent(const ReadTarget& read, const TrackedPath& folder, TextBatch&) {
    const std::string relative = read.target.path.substr(folder.path.size() + 1);
    auto& merged = merged_[folder.path];
    if (!merged) {
      auto listing = tree_.objects().ReadListing({folder.md5, folder.legacy});
      if (!listing && listing.error().reason == Reason::NotFound)
        return Error{
            Reason::NotFound,
            "what '" + folder.path + "' holds is not in the cache; fetch it first, or add the whole folder"};
      merged.emplace(Merged{CAIRN_TRY(std::move(listing)), folder.size});
    }
    Listing next;
    for (const ListedFile& file : merged->listing.files()) {
      const bool replaced = file.relpath == relative || file.relpath.starts_with(relative + "/");
      if (!replaced) {
        next.Add(file.relpath, file.md5);
      } else if (const auto object = os::Stat(tree_.objects().PathOf(HexOf(file.md5)))) {
        merged->size -= std::min(merged->size, object->stamp.size);
      }
    }
    if (!read.is_folder) next.Add(relative, read.md5);
    for (std::size_t i = 0; i < read.order.size(); ++i)
      next.Add(relative + "/" + std::string(read.scan.files[read.order[i]].relpath), read.md5s[i]);
    next.Arrange();
    merged->size += read.Bytes();
    merged->listing = std::move(next);
    const std::string object = merged->listing.Object(), md5 = crypto::Md5Hex(object) + ".dir";
    CAIRN_TRY(intake_.TakeBytes(object, md5));
    return Content{md5, merged->size, static_cast<std::int64_t>(merged->listing.files().size()), false};
  }

  struct Merged {
    Listing listing;
    std::uint64_t size;
  };

  WorkingTree& tree_;
  Intake intake_;
  const Meter& meter_;
  const Fingerprint before_;
  TargetReader reader_;
  std::optional<os::FileLock> lock_;
  std::vector<ReadTarget> read_;
  std::map<std::string, std::optional<Merged>> merged_;
  Added added_;
  std::vector<std::string> paths_;
  bool published_ = false;
};

Result<Added> AddTargets(WorkingTree& tree, std::vector<Target> targets, const Meter& meter,
                         AddChoices choices) {
  const CacheUse& use = tree.objects().use();
  CAIRN_TRY(os::MakeFolders(use.folder));
  Addition addition(tree, CAIRN_TRY(Intake::Begin(use, &tree.index(), meter.done)), meter);
  for (Target& target : targets) {
    if (!choices.stored && target.IsInside())
      return Error{Reason::InvalidArgument,
                   "'" + target.path + "' lies in '" + target.tracked->path +
                       "', whose other files are stored already: store it too, or add "
                       "the whole folder"};
    const bool stored = choices.stored && (!target.tracked || target.tracked->cached);
    CAIRN_TRY(addition.Read(std::move(target), stored));
  }
  Added added = CAIRN_TRY(addition.Finish());
  if (choices.linked && LinksFiles(use)) CAIRN_TRY(RelinkRead(tree, addition.read()));
  static_cast<void>(bool(tree.index().Save()));
  if (tree.git_root() && tree.configuration().Truth("core", "autostage", false) && !added.texts.empty()) {
    std::vector<std::string> files;
    for (const auto& text : added.texts) files.push_back(tree.At(text));
    CAIRN_TRY(StageInGit(*tree.git_root(), files));
  }
  return added;
}

}  // namespace

Result<Added> Add(WorkingTree& tree, std::span<const std::string> paths, const Meter& meter,
                  AddChoices choices) {
  const auto tracked = CAIRN_TRY(tree.Tracked());
  std::vector<Target> targets;
  std::vector<TrackedPath> same;  // DVC 2's names stay until the content changes.
  for (const std::string& given : paths) {
    auto target = CAIRN_TRY(TargetOf(tree, CAIRN_TRY(tree.PathOf(given)), tracked));
    const bool whole_of_dvc2 = target.tracked && target.tracked->legacy && !target.IsInside();
    if (whole_of_dvc2 && CAIRN_TRY(StandingsOf(tree, {&*target.tracked, 1}, meter))[0] == Standing::Same) {
      same.push_back(*target.tracked);
      continue;
    }
    const bool known = std::any_of(targets.begin(), targets.end(),
                                   [&](const Target& one) { return one.path == target.path; });
    if (!known) targets.push_back(std::move(target));
  }
  CAIRN_TRY(CheckApart(targets));
  Added added = CAIRN_TRY(AddTargets(tree, std::move(targets), meter, choices));
  for (const TrackedPath& one : same)
    added.paths.push_back(
        {one.path, one.said_in, one.md5, one.size, static_cast<std::size_t>(one.nfiles.value_or(1)), false});
  return added;
}

Result<Added> Commit(WorkingTree& tree, std::span<const TrackedPath> tracked, const Meter& meter,
                     AddChoices choices) {
  const auto standings = CAIRN_TRY(StandingsOf(tree, tracked, {}));
  std::vector<Target> targets;
  for (std::size_t i = 0; i < tracked.size(); ++i) {
    if (standings[i] == Standing::Same) continue;
    if (!os::Exists(tree.At(tracked[i].path)))
      return Error{Reason::NotFound,
                   "'" + tracked[i].path +
                       "' is not there: `cairn data checkout` puts it back, `cairn data rm` gives it up"};
    if (!tracked[i].stage.empty() && tracked[i].md5.empty())
      return Error{Reason::Conflict, "stage '" + tracked[i].stage + "' never ran, so its '" +
                                         tracked[i].path + "' cannot be committed: run it first"};
    targets.push_back({tracked[i].path, tracked[i]});
  }
  return AddTargets(tree, std::move(targets), meter, choices);
}

}  // namespace cairn::repository

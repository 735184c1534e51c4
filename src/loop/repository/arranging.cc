#include "loop/repository/arranging.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/dvc_file.h"
#include "loop/repository/pipeline_outs.h"
#include "loop/repository/placing/placer.h"
#include "loop/repository/pointer/text_batch.h"

namespace cairn::repository {
namespace {

Result<TrackedPath> FindTracked(const std::vector<TrackedPath>& tracked, const std::string& target) {
  for (const TrackedPath& one : tracked) {
    if (one.path != target && (one.said_in != target || !one.stage.empty())) continue;
    if (one.stage.empty()) return one;
    return Error{Reason::InvalidArgument,
                 "'" + target + "' is made by stage '" + one.stage + "': change it in dvc.yaml"};
  }
  std::vector<std::string_view> names;
  for (const TrackedPath& one : tracked) {
    if (target.starts_with(one.path + "/"))
      return Error{Reason::InvalidArgument, "'" + target + "' is a part of '" + one.path +
                                                "': change it there and `cairn data commit " + one.path +
                                                "`"};
    names.push_back(one.path);
  }
  return Error{Reason::NotFound, "'" + target + "' is not tracked here." + Suggestion(target, names)};
}

Result<> CheckDestination(const WorkingTree& tree, const std::vector<TrackedPath>& tracked,
                          const std::string& from, const std::string& to) {
  if (to.empty() || to == from || to.starts_with(from + "/"))
    return Error{Reason::InvalidArgument,
                 "'" + from + "' cannot be moved to '" + to + "', which is itself or in it"};
  if (os::Stat(tree.At(to), os::Symlinks::Report))
    return Error{Reason::AlreadyExists, "'" + to + "' is there already: remove it, or choose another name"};
  for (const TrackedPath& one : tracked) {
    if (one.path == to || to.starts_with(one.path + "/") || one.path.starts_with(to + "/"))
      return Error{Reason::AlreadyExists,
                   "'" + one.path + "' is tracked already: choose a place that does not overlap it"};
  }
  if (!IsUtf8(to))
    return Error{Reason::InvalidArgument, "the new name is not UTF-8, which a .dvc file needs"};
  return Done{};
}

/// How the path looks from the folder of its `.dvc` file and that file's `wdir`, when it was `written` for
/// `path`: the folder part stays what it was.
std::string WrittenAs(const TrackedPath& tracked, const std::string& to) {
  const std::string folder =
      tracked.path.substr(0, tracked.path.size() - std::min(tracked.path.size(), tracked.written.size()));
  return to.starts_with(folder) ? to.substr(folder.size()) : to;
}

}  // namespace

Result<Arranged> Move(WorkingTree& tree, const std::string& from, const std::string& to, const Meter& meter) {
  const auto lock = CAIRN_TRY(tree.Lock(meter.waiting));
  const auto all = CAIRN_TRY(tree.Tracked());
  const TrackedPath tracked = CAIRN_TRY(FindTracked(all, from));
  const bool into = os::IsFolder(tree.At(to)) && to != tracked.path;
  const std::string target = into ? (to.empty() ? "" : to + "/") + os::BaseName(tracked.path) : to;
  CAIRN_TRY(CheckDestination(tree, all, tracked.path, target));
  const bool own = tracked.said_in == tracked.path + ".dvc";
  if (!own && os::ParentOf(target) != os::ParentOf(tracked.path))
    return Error{Reason::Unsupported, "'" + tracked.path + "' is named by '" + tracked.said_in +
                                          "', which stays where it is: move it within its folder only"};
  TextBatch texts(tree);
  const auto text = CAIRN_TRY(texts.Read(tracked.said_in));
  const std::string said_in = own ? target + ".dvc" : tracked.said_in;
  if (own && os::Exists(tree.At(said_in)))
    return Error{Reason::AlreadyExists,
                 "'" + said_in + "' is there already: remove it, or choose another name"};
  const std::string written = own ? os::BaseName(target) : WrittenAs(tracked, target);
  texts.Put(said_in, CAIRN_TRY(MovedDvcFile(text.value_or(""), tracked.said_in, tracked.written, written)));
  if (own) texts.Remove(tracked.said_in);
  CAIRN_TRY(UnignoreInTexts(tree, tracked.path, texts));
  CAIRN_TRY(IgnoreInTexts(tree, target, tracked.IsFolder(), texts));
  CAIRN_TRY(os::MakeFolders(os::ParentOf(tree.At(target))));
  CAIRN_TRY(texts.WriteAside());
  if (os::Stat(tree.At(tracked.path), os::Symlinks::Report))
    CAIRN_TRY(os::Rename(tree.At(tracked.path), tree.At(target)));
  CAIRN_TRY(texts.Publish());
  CAIRN_TRY(os::SyncFileSystem(tree.root()));
  return Arranged{target, said_in, texts.changed()};
}

Result<Arranged> Remove(WorkingTree& tree, const std::string& target, Data data, Loss loss,
                        const Meter& meter) {
  const auto lock = CAIRN_TRY(tree.Lock(meter.waiting));
  const auto all = CAIRN_TRY(tree.Tracked());
  const TrackedPath tracked = CAIRN_TRY(FindTracked(all, target));
  TextBatch texts(tree);
  const bool alone = std::none_of(all.begin(), all.end(), [&](const TrackedPath& one) {
    return one.said_in == tracked.said_in && one.path != tracked.path;
  });
  if (!alone)
    return Error{Reason::Unsupported, "'" + tracked.said_in + "' names other paths as well: take '" +
                                          tracked.path + "' out of it by hand"};
  CAIRN_TRY(texts.Read(tracked.said_in));
  texts.Remove(tracked.said_in);
  CAIRN_TRY(UnignoreInTexts(tree, tracked.path, texts));
  if (data == Data::Removed && os::Stat(tree.At(tracked.path), os::Symlinks::Report)) {
    Placer placer(tree, Unsaved::Refuse, Links::AsTheyAre, meter, CAIRN_TRY(Staging::Begin(StagingIn(tree))));
    if (loss == Loss::Allowed) {
      CAIRN_TRY(os::RemoveTree(tree.At(tracked.path)));
    } else if (!CAIRN_TRY(placer.TakeAway(tracked.path))) {
      return Error{Reason::Conflict, "'" + tracked.path +
                                         "' holds what is not in the cache: `cairn data commit " +
                                         tracked.path + "` keeps it, --force removes it"};
    }
  }
  CAIRN_TRY(texts.WriteAside());
  CAIRN_TRY(texts.Publish());
  CAIRN_TRY(os::SyncFileSystem(tree.root()));
  return Arranged{tracked.path, tracked.said_in, texts.changed()};
}

}  // namespace cairn::repository

#include "cli/tree_report.h"

#include <algorithm>
#include <map>

#include "ground/vocabulary/digest.h"
#include "loop/repository/status.h"
#include "loop/repository/versions.h"

namespace cairn::cli {
namespace {

using repository::Inventory;
using repository::InventoryChanges;
using repository::InventoryEntry;
using repository::Standing;
using repository::TrackedPath;

const char* NameOf(Standing standing) {
  switch (standing) {
    case Standing::Same:
      return "";
    case Standing::Modified:
      return "modified";
    case Standing::Deleted:
      return "deleted";
    case Standing::NotInCache:
      return "not in cache";
  }
  return "";
}

/// As `dvc status` names what says a path: its .dvc file, or its stage.
std::string SayerOf(const TreeHere& here, const TrackedPath& tracked) {
  if (tracked.stage.empty()) return here.Shown(tracked.said_in);
  std::string yaml = tracked.said_in;
  yaml.replace(yaml.size() - 4, 4, "yaml");
  const std::string file = here.Shown(yaml);
  return file == "dvc.yaml" ? tracked.stage : file + ":" + tracked.stage;
}

/// By sayer, in the order of the first path of each.
struct Sayer {
  std::string name;
  Json outs = Json::Object();
};

std::vector<Sayer> BySayer(const TreeHere& here, const std::vector<TrackedPath>& tracked,
                           const std::vector<Standing>& standings) {
  std::vector<Sayer> sayers;
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < tracked.size(); ++i) {
    if (standings[i] == Standing::Same) continue;
    const std::string name = SayerOf(here, tracked[i]);
    const auto [at, is_new] = known.emplace(name, sayers.size());
    if (is_new) sayers.push_back({name});
    sayers[at->second].outs.Set(here.Shown(tracked[i].path), NameOf(standings[i]));
  }
  return sayers;
}

Json PathsJson(const TreeHere& here, const std::vector<InventoryEntry>& entries) {
  Json items = Json::Array();
  for (const auto& entry : entries) items.Push(here.Shown(entry.path));
  return items;
}

/// Which paths a caller wants to be told of.
class Named {
 public:
  explicit Named(std::span<const std::string> targets) : targets_(targets) {}

  /// Those that something named is, or lies in.
  std::vector<TrackedPath> Touched(std::vector<TrackedPath> tracked) const {
    std::erase_if(tracked, [&](const TrackedPath& one) {
      return !Holds(one.path) &&
             std::none_of(targets_.begin(), targets_.end(),
                          [&](const std::string& target) { return target.starts_with(one.path + "/"); });
    });
    return tracked;
  }
  void Keep(std::vector<InventoryEntry>& entries) const {
    std::erase_if(entries, [&](const InventoryEntry& entry) { return !Holds(entry.path); });
  }
  Inventory In(Inventory inventory) const {
    Keep(inventory.entries);
    return inventory;
  }

 private:
  /// A folder's path may end in '/'.
  bool Holds(std::string_view path) const {
    if (path.ends_with('/')) path.remove_suffix(1);
    return targets_.empty() || std::any_of(targets_.begin(), targets_.end(), [&](const std::string& target) {
             return target.empty() || path == target || path.starts_with(target + "/");
           });
  }

  const std::span<const std::string> targets_;
};

/// As `dvc data status` groups it; empty groups are left out.
Json GroupsOf(const TreeHere& here, const InventoryChanges& changes) {
  Json groups = Json::Object();
  std::vector<InventoryEntry> modified;
  for (const auto& change : changes.modified) modified.push_back(change.after);
  Json renamed = Json::Array();
  for (const auto& change : changes.renamed)
    renamed.Push(Json{{"old", here.Shown(change.before.path)}, {"new", here.Shown(change.after.path)}});
  if (!modified.empty()) groups.Set("modified", PathsJson(here, modified));
  if (!changes.added.empty()) groups.Set("added", PathsJson(here, changes.added));
  if (!changes.deleted.empty()) groups.Set("deleted", PathsJson(here, changes.deleted));
  if (!changes.renamed.empty()) groups.Set("renamed", renamed);
  return groups;
}

/// What a commit of git tracks, as far as the targets name it.
Result<std::vector<TrackedPath>> TrackedAt(const TreeHere& here, const std::string& revision) {
  repository::Scope scope;
  scope.workspace = false;
  scope.revisions = {revision};
  const auto versions = CAIRN_TRY(repository::VersionsIn(here.tree.root(), scope, {}));
  return *versions.front().tracked;
}

Json ChangeJson(const TreeHere& here, const InventoryEntry& entry) {
  return Json{{"path", here.Shown(entry.path)}, {"hash", entry.md5}};
}

/// As `dvc diff --show-hash --json` has it.
Json DiffJson(const TreeHere& here, const InventoryChanges& changes,
              const std::vector<InventoryEntry>& missing) {
  Json added = Json::Array(), deleted = Json::Array(), modified = Json::Array(), renamed = Json::Array(),
       lacking = Json::Array();
  for (const auto& entry : changes.added) added.Push(ChangeJson(here, entry));
  for (const auto& entry : changes.deleted) deleted.Push(ChangeJson(here, entry));
  for (const auto& entry : missing) lacking.Push(ChangeJson(here, entry));
  for (const auto& change : changes.modified) {
    modified.Push(Json{{"path", here.Shown(change.before.path)},
                       {"hash", Json{{"old", change.before.md5}, {"new", change.after.md5}}}});
  }
  for (const auto& change : changes.renamed) {
    renamed.Push(
        Json{{"path", Json{{"old", here.Shown(change.before.path)}, {"new", here.Shown(change.after.path)}}},
             {"hash", change.before.md5}});
  }
  return Json{{"added", added},
              {"deleted", deleted},
              {"modified", modified},
              {"renamed", renamed},
              {"not in cache", lacking}};
}

Json ListedJson(const std::string& path, const TrackedPath& tracked) {
  return Json{{"isout", true},
              {"isdir", tracked.IsFolder()},
              {"isexec", tracked.executable},
              {"size", tracked.md5.empty() ? Json() : Json(static_cast<std::int64_t>(tracked.size))},
              {"md5", tracked.md5},
              {"path", path}};
}

}  // namespace

Result<Json> StatusOf(TreeHere& here, const std::vector<TrackedPath>& tracked,
                      const repository::Meter& meter) {
  const auto standings = CAIRN_TRY(repository::StandingsOf(here.tree, tracked, meter));
  Json answer = Json::Object();
  for (const Sayer& sayer : BySayer(here, tracked, standings))
    answer.Set(sayer.name, Json::Array({Json{{"changed outs", sayer.outs}}}));
  return answer;
}

Result<Json> DataStatusOf(TreeHere& here, std::span<const std::string> targets, repository::Files files,
                          const repository::Meter& meter) {
  const Named named(targets);
  const auto& objects = here.tree.objects();
  const auto tracked = named.Touched(CAIRN_TRY(here.tree.Tracked()));
  const Inventory said = named.In(CAIRN_TRY(repository::InventoryOf(objects, tracked, files)));
  const Inventory found = named.In(CAIRN_TRY(repository::InventoryOfTree(here.tree, tracked, files, meter)));
  auto lacking = CAIRN_TRY(repository::NotInCache(objects, tracked, files));
  named.Keep(lacking);
  const Json missing = PathsJson(here, lacking);
  Json committed = Json::Object();
  if (here.tree.git_root()) {
    const auto head = TrackedAt(here, "HEAD");
    if (!head && head.error().reason != Reason::NotFound) return head.error();
    // Before the first commit everything is new.
    Inventory before;
    if (head) before = named.In(CAIRN_TRY(repository::InventoryOf(objects, named.Touched(*head), files)));
    committed = GroupsOf(here, ChangesBetween(before, said, repository::Renames::Found));
  }
  const Json uncommitted = GroupsOf(here, ChangesBetween(said, found, repository::Renames::Found));
  Json answer = Json::Object();
  if (!missing.items().empty()) answer.Set("not_in_cache", missing);
  if (!committed.members().empty()) answer.Set("committed", committed);
  if (!uncommitted.members().empty()) answer.Set("uncommitted", uncommitted);
  return answer;
}

Result<Json> DifferenceOf(TreeHere& here, const std::string& a, const std::string& b,
                          const repository::Meter& meter) {
  if (!here.tree.git_root())
    return Error{Reason::InvalidArgument,
                 "without git there is no other version to compare with: `cairn data status --granular` "
                 "compares with the .dvc files"};
  constexpr auto kFiles = repository::Files::Listed;
  const auto& objects = here.tree.objects();
  const auto first = TrackedAt(here, a);
  if (!first && first.error().reason == Reason::NotFound && a == "HEAD")
    return Error{
        Reason::NotFound,
        "git has no commit here yet, so that there is no version to compare with: `git commit` makes "
        "the first; `cairn data status --granular` compares with the .dvc files meanwhile"};
  const Inventory before = CAIRN_TRY(repository::InventoryOf(objects, CAIRN_TRY(first), kFiles));
  std::vector<InventoryEntry> missing;
  Inventory after;
  if (!b.empty()) {
    after = CAIRN_TRY(repository::InventoryOf(objects, CAIRN_TRY(TrackedAt(here, b)), kFiles));
  } else {
    const auto tracked = CAIRN_TRY(here.tree.Tracked());
    missing = CAIRN_TRY(repository::NotInCache(objects, tracked, kFiles));
    after = CAIRN_TRY(repository::InventoryOfTree(here.tree, tracked, kFiles, meter));
  }
  return DiffJson(here, ChangesBetween(before, after, repository::Renames::Found), missing);
}

Result<Json> ListOf(const TreeHere& here, const std::vector<repository::Chosen>& chosen,
                    repository::Files files) {
  Json items = Json::Array();
  for (const auto& one : chosen) {
    const bool parts = files == repository::Files::Listed || !one.only.empty();
    if (!parts || !one.path.IsFolder()) {
      items.Push(ListedJson(here.Shown(one.path.path), one.path));
      continue;
    }
    const auto listing = CAIRN_TRY(here.tree.objects().ReadListing({one.path.md5, one.path.legacy}));
    for (const auto& file : listing.files()) {
      const std::string path = one.path.path + "/" + std::string(file.relpath);
      const auto under = [&](const std::string& part) {
        return path == part || path.starts_with(part + "/");
      };
      if (!one.only.empty() && std::none_of(one.only.begin(), one.only.end(), under)) continue;
      items.Push(Json{{"isout", true},
                      {"isdir", false},
                      {"isexec", false},
                      {"size", Json()},
                      {"md5", HexOf(file.md5)},
                      {"path", here.Shown(path)}});
    }
  }
  return items;
}

}  // namespace cairn::cli

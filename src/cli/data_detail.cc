#include <algorithm>
#include <map>

#include "cli/catalogue.h"
#include "cli/tree_here.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/inventory.h"
#include "loop/repository/status.h"
#include "loop/repository/versions.h"

namespace cairn::cli {
namespace {

using repository::Inventory;
using repository::InventoryChanges;
using repository::InventoryEntry;
using repository::Standing;
using repository::TrackedPath;

std::vector<TrackedPath> PathsOf(const std::vector<repository::Chosen>& chosen) {
  std::vector<TrackedPath> tracked;
  for (const auto& one : chosen) tracked.push_back(one.path);
  return tracked;
}

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

Result<int> Brief(Session& session, TreeHere& here, const std::vector<TrackedPath>& tracked) {
  const auto standings = [&] {
    const TreeProgress progress(session, "reading");
    return repository::StandingsOf(here.tree, tracked, progress.meter());
  }();
  if (!standings) return standings.error();
  const auto sayers = BySayer(here, tracked, *standings);
  Json answer = Json::Object();
  for (const Sayer& sayer : sayers) answer.Set(sayer.name, Json::Array({Json{{"changed outs", sayer.outs}}}));
  const int code = sayers.empty() ? 0 : 1;
  if (session.PrintedJson(answer)) return code;
  for (const Sayer& sayer : sayers) {
    session.Say(sayer.name + ":");
    for (const auto& [path, state] : sayer.outs.members())
      session.Say("  " + state.AsString() + std::string(14 - state.AsString().size(), ' ') + path);
  }
  if (sayers.empty())
    session.Say(tracked.empty() ? "Nothing is tracked here yet: `cairn data add PATH` begins."
                                : "Data is up to date.");
  return code;
}

Json PathsJson(const TreeHere& here, const std::vector<InventoryEntry>& entries) {
  Json items = Json::Array();
  for (const auto& entry : entries) items.Push(here.Shown(entry.path));
  return items;
}

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

void SayGroups(const Session& session, const std::string& title, const Json& groups) {
  if (groups.members().empty()) return;
  session.Say(title + ":");
  for (const auto& [name, items] : groups.members()) {
    for (const Json& item : items.items()) {
      const std::string what =
          item.IsString() ? item.AsString() : item.Text("old") + " -> " + item.Text("new");
      session.Say("  " + name + std::string(10 - name.size(), ' ') + what);
    }
  }
}

/// What a commit of git tracks, as far as the targets name it.
Result<std::vector<TrackedPath>> TrackedAt(const TreeHere& here, const std::string& revision) {
  repository::Scope scope;
  scope.workspace = false;
  scope.revisions = {revision};
  const auto versions = CAIRN_TRY(repository::VersionsIn(here.tree.root(), scope, {}));
  return *versions.front().tracked;
}

Result<int> Granular(Session& session, TreeHere& here, const std::vector<TrackedPath>& tracked) {
  constexpr auto kFiles = repository::Files::Listed;
  const Inventory said = CAIRN_TRY(repository::InventoryOf(here.tree.objects(), tracked, kFiles));
  const auto found = [&] {
    const TreeProgress progress(session, "reading");
    return repository::InventoryOfTree(here.tree, tracked, kFiles, progress.meter());
  }();
  if (!found) return found.error();
  const Json uncommitted = GroupsOf(here, ChangesBetween(said, *found, repository::Renames::Found));
  Json committed = Json::Object();
  if (here.tree.git_root()) {
    const auto head = TrackedAt(here, "HEAD");
    if (head) {
      const Inventory before = CAIRN_TRY(repository::InventoryOf(here.tree.objects(), *head, kFiles));
      committed = GroupsOf(here, ChangesBetween(before, said, repository::Renames::Found));
    } else if (head.error().reason != Reason::NotFound) {
      return head.error();
    }
  }
  const Json missing =
      PathsJson(here, CAIRN_TRY(repository::NotInCache(here.tree.objects(), tracked, kFiles)));
  Json answer = Json::Object();
  if (!missing.items().empty()) answer.Set("not_in_cache", missing);
  if (!committed.members().empty()) answer.Set("committed", committed);
  if (!uncommitted.members().empty()) answer.Set("uncommitted", uncommitted);
  const int code = answer.members().empty() ? 0 : 1;
  if (session.PrintedJson(answer)) return code;
  if (!missing.items().empty()) session.Say("Not in the cache (`cairn data fetch` gets it):");
  for (const Json& path : missing.items()) session.Say("  " + path.AsString());
  SayGroups(session, "Between the last commit of git and the .dvc files", committed);
  SayGroups(session,
            "Between the .dvc files and what lies here (`cairn data commit` keeps it, `cairn data checkout` "
            "undoes it)",
            uncommitted);
  if (code == 0) session.Say("Data is up to date.");
  return code;
}

Result<int> Status(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  const auto tracked = PathsOf(CAIRN_TRY(here.Choose(arguments.All("TARGET..."))));
  return arguments.Has("--granular") ? Granular(session, here, tracked) : Brief(session, here, tracked);
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

void SayDiff(const Session& session, const Json& diff) {
  std::size_t count = 0;
  for (const auto& [name, items] : diff.members()) {
    if (items.items().empty()) continue;
    session.Say(name + ":");
    for (const Json& item : items.items()) {
      ++count;
      const Json& path = item.At("path");
      session.Say("  " + (path.IsString() ? path.AsString() : path.Text("old") + " -> " + path.Text("new")));
    }
  }
  if (count == 0) session.Say("No difference.");
}

Result<int> Diff(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  if (!here.tree.git_root())
    return Error{Reason::InvalidArgument,
                 "without git there is no other version to compare with: `cairn data status --granular` "
                 "compares with the .dvc files"};
  constexpr auto kFiles = repository::Files::Listed;
  const std::string a = arguments.Has("A") ? arguments.Text("A") : "HEAD";
  const Inventory before =
      CAIRN_TRY(repository::InventoryOf(here.tree.objects(), CAIRN_TRY(TrackedAt(here, a)), kFiles));
  std::vector<InventoryEntry> missing;
  Inventory after;
  if (arguments.Has("B")) {
    after = CAIRN_TRY(repository::InventoryOf(here.tree.objects(),
                                              CAIRN_TRY(TrackedAt(here, arguments.Text("B"))), kFiles));
  } else {
    const auto tracked = CAIRN_TRY(here.tree.Tracked());
    missing = CAIRN_TRY(repository::NotInCache(here.tree.objects(), tracked, kFiles));
    const TreeProgress progress(session, "reading");
    after = CAIRN_TRY(repository::InventoryOfTree(here.tree, tracked, kFiles, progress.meter()));
  }
  const Json diff = DiffJson(here, ChangesBetween(before, after, repository::Renames::Found), missing);
  if (!session.PrintedJson(diff)) SayDiff(session, diff);
  return 0;
}

Json ListedJson(const std::string& path, const TrackedPath& tracked) {
  return Json{{"isout", true},
              {"isdir", tracked.IsFolder()},
              {"isexec", tracked.executable},
              {"size", tracked.md5.empty() ? Json() : Json(static_cast<std::int64_t>(tracked.size))},
              {"md5", tracked.md5},
              {"path", path}};
}

/// With --recursive, the files of folders instead of the folders.
Result<Json> Listed(const TreeHere& here, const std::vector<repository::Chosen>& chosen, bool recursive) {
  Json items = Json::Array();
  for (const auto& one : chosen) {
    const bool parts = recursive || !one.only.empty();
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

Result<int> List(Session& session, const Arguments& arguments) {
  const TreeHere here = CAIRN_TRY(FindTree());
  const auto chosen = CAIRN_TRY(here.Choose(arguments.All("TARGET...")));
  const Json items = CAIRN_TRY(Listed(here, chosen, arguments.Has("--recursive")));
  if (session.PrintedJson(items)) return 0;
  Table table({"path", "size", "md5"});
  for (const Json& item : items.items()) {
    const std::string size =
        item.At("size").IsInt() ? FormatBytes(static_cast<std::uint64_t>(item.Int("size"))) : "";
    table.Add({item.Text("path") + (item.Bool("isdir") ? "/" : ""), size, item.Text("md5").substr(0, 12)});
  }
  std::fputs(table.Text("Nothing is tracked here yet: `cairn data add PATH` begins.").c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<Command> TreeDetailCommands() {
  const Positional targets{"TARGET...",
                           "Tracked paths, folders above them, .dvc files or stages (everything)",
                           Positional::Need::Optional};
  return {
      {"data status",
       "Say which tracked data differs from what the .dvc files and dvc.lock say",
       "Exit code 1 when something does. Files whose size and times are as they were are not read.",
       {targets},
       {{"--granular", "", "File by file, and what changed since the last commit of git"}},
       Status},
      {"data diff",
       "Compare tracked data between two commits of git, or a commit and this folder",
       "",
       {{"A", "A commit, branch or tag (HEAD)", Positional::Need::Optional},
        {"B", "Another (what lies here)", Positional::Need::Optional}},
       {},
       Diff},
      {"data ls",
       "List tracked data",
       "",
       {targets},
       {{"--recursive", "", "The files of tracked folders one by one"}},
       List},
  };
}

}  // namespace cairn::cli

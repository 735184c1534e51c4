#include "cli/catalogue.h"
#include "cli/shown_name.h"
#include "cli/tree_here.h"
#include "cli/tree_report.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

using repository::TrackedPath;

std::vector<TrackedPath> PathsOf(const std::vector<repository::Chosen>& chosen) {
  std::vector<TrackedPath> tracked;
  tracked.reserve(chosen.size());
  for (const auto& one : chosen) tracked.push_back(one.path);
  return tracked;
}

Result<int> Brief(Session& session, TreeHere& here, const std::vector<TrackedPath>& tracked) {
  const auto answer = [&] {
    const TreeProgress progress("reading");
    return StatusOf(here, tracked, progress.meter());
  }();
  if (!answer) return answer.error();
  const int code = answer->members().empty() ? 0 : 1;
  if (session.PrintedJson(*answer)) return code;
  for (const auto& [sayer, changes] : answer->members()) {
    session.Say(ShownName(sayer) + ":");
    for (const auto& [path, state] : changes.items().front().At("changed outs").members())
      session.Say("  " + state.AsString() + std::string(14 - state.AsString().size(), ' ') + ShownName(path));
  }
  if (code == 0)
    session.Say(tracked.empty() ? "Nothing is tracked here yet: `cairn data add PATH` begins."
                                : "Data is up to date.");
  return code;
}

/// A path, or what one became.
std::string ShownPath(const Json& path) {
  return path.IsString() ? ShownName(path.AsString())
                         : ShownName(path.Text("old")) + " -> " + ShownName(path.Text("new"));
}

void SayGroups(const Session& session, const std::string& title, const Json& groups) {
  if (groups.members().empty()) return;
  session.Say(title + ":");
  for (const auto& [name, items] : groups.members()) {
    for (const Json& item : items.items()) {
      session.Say("  " + name + std::string(10 - name.size(), ' ') + ShownPath(item));
    }
  }
}

Result<int> Granular(Session& session, TreeHere& here, const std::vector<std::string>& paths) {
  const auto answer = [&] {
    const TreeProgress progress("reading");
    return DataStatusOf(here, paths, repository::Files::Listed, progress.meter());
  }();
  if (!answer) return answer.error();
  const int code = answer->members().empty() ? 0 : 1;
  if (session.PrintedJson(*answer)) return code;
  for (const auto& [part, groups] : answer->members()) {
    if (part == "not_in_cache") {
      session.Say("Not in the cache (`cairn data fetch` gets it):");
      for (const Json& path : groups.items()) session.Say("  " + ShownName(path.AsString()));
    } else if (part == "committed") {
      SayGroups(session, "Between the last commit of git and the .dvc files", groups);
    } else {
      SayGroups(session,
                "Between the .dvc files and what lies here (`cairn data commit` keeps it, `cairn data "
                "checkout` undoes it)",
                groups);
    }
  }
  if (code == 0) session.Say("Data is up to date.");
  return code;
}

Result<int> Status(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  const auto& targets = arguments.All("TARGET...");
  const auto chosen = CAIRN_TRY(here.Choose(targets));
  if (!arguments.Has("--granular")) return Brief(session, here, PathsOf(chosen));
  std::vector<std::string> paths;
  for (const auto& one : targets.empty() ? std::vector<repository::Chosen>() : chosen) {
    if (one.only.empty()) paths.push_back(one.path.path);
    paths.insert(paths.end(), one.only.begin(), one.only.end());
  }
  return Granular(session, here, paths);
}

void SayDiff(const Session& session, const Json& diff) {
  std::size_t count = 0;
  for (const auto& [name, items] : diff.members()) {
    if (items.items().empty()) continue;
    session.Say(name + ":");
    for (const Json& item : items.items()) {
      ++count;
      session.Say("  " + ShownPath(item.At("path")));
    }
  }
  if (count == 0) session.Say("No difference.");
}

Result<int> Diff(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  const auto diff = [&] {
    const TreeProgress progress("reading");
    return DifferenceOf(here, arguments.Has("A") ? arguments.Text("A") : "HEAD", arguments.Text("B"),
                        progress.meter());
  }();
  if (!diff) return diff.error();
  if (!session.PrintedJson(*diff)) SayDiff(session, *diff);
  return 0;
}

Result<int> List(Session& session, const Arguments& arguments) {
  const TreeHere here = CAIRN_TRY(FindTree());
  const auto chosen = CAIRN_TRY(here.Choose(arguments.All("TARGET...")));
  const auto files = arguments.Has("--recursive") ? repository::Files::Listed : repository::Files::Omitted;
  const Json items = CAIRN_TRY(ListOf(here, chosen, files));
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
       {{"--recursive", "", "The files of tracked folders one by one", "R"}},
       List},
  };
}

}  // namespace cairn::cli

#include "cli/catalogue.h"
#include "cli/here.h"
#include "ground/os/files.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/import.h"

namespace cairn::cli {
namespace {

using repository::Existing;
using repository::SourceOrder;

constexpr os::ProgressBar::Look kSoon{os::kStandardError, 200, 100}, kNever{-1, 200, 100};

SourceOrder OrderIn(const Arguments& arguments, os::ProgressBar& bar) {
  return {arguments.Text("URL"),
          arguments.Text("PATH"),
          arguments.Text("--rev"),
          arguments.Text("--source-remote"),
          0,
          [&bar](std::uint64_t bytes) { bar.Extend(bytes); },
          [&bar](std::uint64_t bytes) { bar.Advance(bytes); }};
}

/// Where it goes: --out, or the path's own name.
std::string OutIn(const Arguments& arguments) {
  std::string path = arguments.Text("PATH");
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::string out = arguments.Text("--out"), name = os::BaseName(path);
  if (out.empty()) return name;
  return os::IsFolder(out) ? os::JoinPath(out, name) : out;
}

Result<int> GetOne(Session& session, const Arguments& arguments) {
  os::ProgressBar bar("getting", 0, "B", session.json() ? kNever : kSoon);
  const std::string out = OutIn(arguments), whole = os::JoinPath(CAIRN_TRY(os::WorkingFolder()), out);
  CAIRN_TRY(repository::Get(OrderIn(arguments, bar), whole));
  if (!session.PrintedJson(Json{{"out", out}}))
    session.Say("'" + arguments.Text("PATH") + "' is now at '" + out + "'.");
  return 0;
}

Json JsonOf(const repository::Imported& imported) {
  return Json{{"file", imported.file},
              {"md5", imported.md5},
              {"rev_lock", imported.rev_lock},
              {"changed", imported.changed}};
}

Result<int> ImportOne(Session& session, const Arguments& arguments) {
  const Here here = CAIRN_TRY(RepositoryHere());
  os::ProgressBar bar("importing", 0, "B", session.json() ? kNever : kSoon);
  const auto imported = CAIRN_TRY(repository::Import(
      here.root, here.configuration, OrderIn(arguments, bar), here.FromRoot(OutIn(arguments)),
      arguments.Has("--force") ? Existing::Replace : Existing::Keep));
  if (!session.PrintedJson(JsonOf(imported)))
    session.Say("'" + arguments.Text("PATH") + "' of commit " + imported.rev_lock.substr(0, 7) +
                " is imported; " + imported.file + " says where it is from.");
  return 0;
}

Result<int> UpdateAll(Session& session, const Arguments& arguments) {
  const Here here = CAIRN_TRY(RepositoryHere());
  Json items = Json::Array();
  for (const auto& target : here.FromRoot(arguments.All("FILE..."))) {
    const std::string file = target.ends_with(".dvc") ? target : target + ".dvc";
    const auto imported =
        CAIRN_TRY(repository::Update(here.root, here.configuration, file, arguments.Text("--rev")));
    items.Push(JsonOf(imported));
    if (!session.json())
      session.Say(imported.changed ? file + " is now at commit " + imported.rev_lock.substr(0, 7) + "."
                                   : file + " is at the newest commit already.");
  }
  session.PrintedJson(Json{{"items", std::move(items)}});
  return 0;
}

}  // namespace

std::vector<Command> SourceCommands() {
  const Positional url{"URL", "A repository: a folder, or what git can clone"},
      path{"PATH", "A path in it, tracked by DVC or kept by git"};
  const std::vector<Flag> flags = {
      {"--out", "PATH", "Where it goes; here under its own name unless given", "o"},
      {"--rev", "REVISION", "A branch, a tag or a commit of that repository"},
      {"--source-remote", "NAME", "That repository's remote to read from"}};
  std::vector<Flag> importing = flags;
  importing.push_back({"--force", "", "Replace what is there", "f"});
  return {
      {"data get",
       "Copy data out of another repository, without tracking it",
       "",
       {url, path},
       flags,
       GetOne},
      {"data import",
       "Take data over from another repository, and track where it is from",
       "The commit is recorded in a .dvc file beside it; `cairn data update` follows the source. It is never "
       "pushed to your own remote.",
       {url, path},
       importing,
       ImportOne},
      {"data update",
       "Bring imported data to the newest commit of its source",
       "",
       {{"FILE...", "The .dvc files, or the paths themselves"}},
       {{"--rev", "REVISION", "Follow this branch, tag or commit from now on"}},
       UpdateAll},
  };
}

}  // namespace cairn::cli

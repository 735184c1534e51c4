#include "cli/data_tree.h"

#include "cli/catalogue.h"
#include "cli/shown_name.h"
#include "cli/tree_here.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/adding.h"
#include "loop/repository/arranging.h"
#include "loop/repository/checkout.h"
#include "loop/repository/store_check.h"

namespace cairn::cli {
namespace {

using repository::WorkingTree;

Result<int> Init(Session& session, const Arguments& arguments) {
  auto history = WorkingTree::History::Git;
  if (arguments.Has("--subdir")) history = WorkingTree::History::GitOfFolderAbove;
  if (arguments.Has("--no-scm")) history = WorkingTree::History::None;
  if (arguments.Has("--subdir") && arguments.Has("--no-scm"))
    return Error{Reason::InvalidArgument,
                 "--subdir uses the git of a folder above, --no-scm uses none: choose one"};
  CAIRN_TRY(WorkingTree::Make(".", history));
  const bool with_git = history != WorkingTree::History::None;
  if (session.PrintedJson(Json{{"root", CAIRN_TRY(os::WorkingFolder())}, {"git", with_git}})) return 0;
  session.Say("This folder keeps data under version now: `cairn data add PATH` begins.");
  if (with_git) session.Note("To record it with git: git add .dvc/.gitignore .dvc/config .dvcignore");
  return 0;
}

std::string Files(std::size_t count) {
  return WithThousands(static_cast<std::int64_t>(count)) + (count == 1 ? " file" : " files");
}

Json JsonOf(const TreeHere& here, const std::vector<std::string>& paths) {
  Json items = Json::Array();
  for (const auto& path : paths) items.Push(path.starts_with('/') ? path : here.Shown(path));
  return items;
}

/// Tells what git should record, unless it does already.
void TellTexts(const Session& session, const TreeHere& here, const std::vector<std::string>& texts) {
  if (texts.empty() || !here.tree.git_root()) return;
  if (here.tree.configuration().Truth("core", "autostage", false)) return;
  session.Note("To record the change with git: git add " + here.ShownAll(texts, " "));
}

int Tell(const Session& session, const TreeHere& here, const repository::Added& added) {
  Json items = Json::Array();
  for (const auto& path : added.paths) {
    items.Push(Json{{"path", here.Shown(path.path)},
                    {"said_in", here.Shown(path.said_in)},
                    {"md5", path.md5},
                    {"size", static_cast<std::int64_t>(path.size)},
                    {"files", path.files},
                    {"changed", path.changed}});
  }
  Json warnings = Json::Array();
  for (const auto& warning : added.warnings) warnings.Push(warning);
  if (session.PrintedJson(
          Json{{"paths", items}, {"texts", JsonOf(here, added.texts)}, {"warnings", warnings}}))
    return 0;
  for (const auto& path : added.paths) {
    session.Say(here.Shown(path.path) + ": " + Files(path.files) + ", " + FormatBytes(path.size) +
                (path.changed ? ", named by " + here.Shown(path.said_in) : ", as before"));
  }
  for (const auto& warning : added.warnings) session.Note("warning: " + warning);
  TellTexts(session, here, added.texts);
  return 0;
}

Result<int> Commit(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  std::vector<repository::TrackedPath> tracked;
  for (auto& one : CAIRN_TRY(here.Choose(arguments.All("TARGET...")))) tracked.push_back(std::move(one.path));
  const auto added = [&] {
    const TreeProgress progress("storing");
    return repository::Commit(here.tree, tracked, progress.meter());
  }();
  if (!added) return added.error();
  if (added->paths.empty() && !session.json()) {
    session.Say("Everything is committed already.");
    return 0;
  }
  return Tell(session, here, *added);
}

int Tell(const Session& session, const TreeHere& here, const repository::CheckedOut& out) {
  Json failed = Json::Array();
  for (const auto& one : out.failed)
    failed.Push(Json{{"path", here.Shown(one.path)},
                     {"reason", NameOf(one.error.reason)},
                     {"message", one.error.message}});
  const Json answer{
      {"added", JsonOf(here, out.added)},
      {"modified", JsonOf(here, out.modified)},
      {"deleted", JsonOf(here, out.deleted)},
      {"failed", failed},
      {"stats",
       Json{{"added", out.files_added}, {"modified", out.files_modified}, {"deleted", out.files_deleted}}}};
  const int code = out.failed.empty() ? 0 : 1;
  if (session.PrintedJson(answer)) return code;
  for (const auto& path : out.added) session.Say("A\t" + ShownName(here.Shown(path)));
  for (const auto& path : out.modified) session.Say("M\t" + ShownName(here.Shown(path)));
  for (const auto& path : out.deleted) session.Say("D\t" + ShownName(here.Shown(path)));
  for (const auto& one : out.failed)
    session.Note("failed: " + here.Shown(one.path) + ": " + one.error.message);
  if (out.added.empty() && out.modified.empty() && out.deleted.empty() && out.failed.empty())
    session.Note("Everything is as the texts say.");
  return code;
}

Result<int> Checkout(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  const auto unsaved =
      arguments.Has("--force") ? repository::Unsaved::Overwrite : repository::Unsaved::Refuse;
  const auto links = arguments.Has("--relink") ? repository::Links::Renewed : repository::Links::AsTheyAre;
  const auto& targets = arguments.All("TARGET...");
  const auto chosen = targets.empty() ? std::vector<repository::Chosen>() : CAIRN_TRY(here.Choose(targets));
  const auto out = [&] {
    const TreeProgress progress("checking out");
    return targets.empty() ? repository::CheckoutAll(here.tree, unsaved, links, progress.meter())
                           : repository::Checkout(here.tree, chosen, unsaved, links, progress.meter());
  }();
  if (!out) return out.error();
  return Tell(session, here, *out);
}

int Tell(const Session& session, const TreeHere& here, const std::string& done,
         const repository::Arranged& arranged) {
  const Json answer{{"path", here.Shown(arranged.path)},
                    {"said_in", here.Shown(arranged.said_in)},
                    {"texts", JsonOf(here, arranged.texts)}};
  if (session.PrintedJson(answer)) return 0;
  session.Say(done);
  TellTexts(session, here, arranged.texts);
  return 0;
}

Result<int> Move(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  const std::string from = CAIRN_TRY(here.tree.PathOf(arguments.Text("FROM"))),
                    to = CAIRN_TRY(here.tree.PathOf(arguments.Text("TO")));
  const TreeProgress progress("moving");
  const auto moved = CAIRN_TRY(repository::Move(here.tree, from, to, progress.meter()));
  return Tell(session, here,
              here.Shown(from) + " is " + here.Shown(moved.path) + " now, named by " +
                  here.Shown(moved.said_in) + ".",
              moved);
}

Result<int> Remove(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  const auto data = arguments.Has("--outs") ? repository::Data::Removed : repository::Data::Kept;
  const auto loss = arguments.Has("--force") ? repository::Loss::Allowed : repository::Loss::Refused;
  const TreeProgress progress("reading");
  Json items = Json::Array();
  for (const auto& target : arguments.All("TARGET...")) {
    const auto removed = CAIRN_TRY(
        repository::Remove(here.tree, CAIRN_TRY(here.tree.PathOf(target)), data, loss, progress.meter()));
    items.Push(Json{{"path", here.Shown(removed.path)},
                    {"said_in", here.Shown(removed.said_in)},
                    {"texts", JsonOf(here, removed.texts)}});
    if (session.json()) continue;
    session.Say(here.Shown(removed.path) + " is tracked no more" +
                (data == repository::Data::Removed ? ", and gone from here" : "; it stays where it is") +
                ". Its objects stay in the cache.");
    TellTexts(session, here, removed.texts);
  }
  session.PrintedJson(Json{{"items", std::move(items)}});
  return 0;
}

Result<int> Unprotect(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  std::size_t count = 0;
  for (const auto& target : arguments.All("TARGET...")) {
    const std::string path = CAIRN_TRY(here.tree.PathOf(target));
    // Only what is tracked can be a link into the cache.
    CAIRN_TRY(here.Choose({target}));
    count += CAIRN_TRY(repository::Unprotect(here.tree, path));
  }
  if (!session.PrintedJson(Json{{"files", count}}))
    session.Say(Files(count) + (count == 1 ? " is" : " are") + " no link any more and may be written.");
  return 0;
}

}  // namespace

Result<int> AddToTree(Session& session, const Arguments& arguments) {
  TreeHere here = CAIRN_TRY(FindTree());
  const auto added = [&] {
    const TreeProgress progress("adding");
    return repository::Add(here.tree, arguments.All("FILE..."), progress.meter());
  }();
  if (!added) return added.error();
  return Tell(session, here, *added);
}

Result<int> CheckObjects(Session& session, const Arguments&) {
  TreeHere here = CAIRN_TRY(FindTree());
  const auto tracked = CAIRN_TRY(here.tree.Tracked());
  const auto report = [&] {
    const TreeProgress progress("checking");
    return repository::CheckStore(here.tree.objects(), tracked, progress.meter());
  }();
  if (!report) return report.error();
  Json problems = Json::Array();
  for (const auto& problem : report->problems) {
    static constexpr const char* kKinds[] = {"damaged", "files missing", "object missing", "unreadable"};
    problems.Push(Json{{"kind", kKinds[static_cast<int>(problem.kind)]},
                       {"object", problem.object},
                       {"path", problem.path},
                       {"paths", JsonOf(here, problem.paths)},
                       {"message", problem.sentence}});
  }
  const int code = report->problems.empty() ? 0 : 1;
  const Json answer{
      {"sound", report->problems.empty()},      {"objects", report->objects},
      {"listings", report->listings},           {"bytes", static_cast<std::int64_t>(report->bytes)},
      {"protected_again", report->unprotected}, {"problems", problems}};
  if (session.PrintedJson(answer)) return code;
  for (const auto& problem : report->problems) session.Say(problem.sentence);
  const std::string what = WithThousands(static_cast<std::int64_t>(report->objects + report->listings)) +
                           " objects, " + FormatBytes(report->bytes);
  session.Say(code == 0
                  ? "The store is sound: " + what + "."
                  : WithThousands(static_cast<std::int64_t>(report->problems.size())) +
                        (problems.items().size() == 1 ? " problem" : " problems") + " among " + what + ".");
  return code;
}

std::vector<Command> TreeCommands() {
  const Positional targets{"TARGET...",
                           "Tracked paths, folders above them, .dvc files or stages (everything)",
                           Positional::Need::Optional};
  return {
      {"data init",
       "Begin to keep data under version in this folder",
       "Makes what `dvc init` makes: .dvc with its settings, and .dvcignore.",
       {},
       {{"--no-scm", "", "Without git"},
        {"--subdir", "", "In a folder of a git repository, not at its root"}},
       Init},
      {"data commit",
       "Take over what changed in tracked files and folders",
       "Their bytes go into the cache and their .dvc files, or dvc.lock, name them.",
       {targets},
       {},
       Commit},
      {"data checkout",
       "Make tracked files and folders what the .dvc files and dvc.lock say",
       "What is not in the cache is never overwritten or removed without --force. Exit code 1 when a path "
       "could not be checked out.",
       {targets},
       {{"--force", "", "Overwrite and remove also what is not in the cache", "f"},
        {"--relink", "", "Make links anew, as cache.type asks for"}},
       Checkout},
      {"data mv",
       "Move a tracked file or folder",
       "Its .dvc file and its line in .gitignore go along.",
       {{"FROM", "A tracked path"}, {"TO", "Its new path, or a folder"}},
       {},
       Move},
      {"data rm",
       "Stop tracking files and folders",
       "The .dvc file and the line in .gitignore go. Objects stay in the cache until `cairn data gc`.",
       {{"TARGET...", "Tracked paths or .dvc files"}},
       {{"--outs", "", "Remove the data here as well"},
        {"--force", "", "With --outs: also what is not in the cache", "f"}},
       Remove},
      {"data unprotect",
       "Make files that are links into the cache files of their own",
       "",
       {{"TARGET...", "Tracked paths, or files in them"}},
       {},
       Unprotect},
  };
}

}  // namespace cairn::cli

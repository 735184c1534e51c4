#include "cli/data_transfer.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "cli/catalogue.h"
#include "cli/tree_here.h"
#include "ground/os/files.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/runs.h"

namespace cairn::cli {
namespace {

using repository::Chosen;
using repository::ObjectOfPath;
using repository::TransferReport;

constexpr os::ProgressBar::Look kSoon{os::kStandardError, 200, 100};

Result<unsigned> JobsIn(const Arguments& arguments) {
  if (!arguments.Has("--jobs")) return 0U;
  const auto jobs = CAIRN_TRY(ParseInt(arguments.Text("--jobs")));
  if (jobs >= 1 && jobs <= 1024) return static_cast<unsigned>(jobs);
  return Error{Reason::InvalidArgument, "--jobs is a number from 1 to 1024, not " + arguments.Text("--jobs")};
}

Result<TransferWish> WishIn(const Session& session, const Arguments& arguments) {
  TransferWish wish;
  wish.scope.branches = arguments.Has("--all-branches");
  wish.scope.tags = arguments.Has("--all-tags");
  wish.scope.commits = arguments.Has("--all-commits");
  wish.targets = arguments.All("TARGET...");
  wish.remote = arguments.Text("--remote");
  wish.jobs = CAIRN_TRY(JobsIn(arguments));
  wish.verify = arguments.Has("--verify");
  wish.with_deps = arguments.Has("--with-deps");
  wish.runs = arguments.Has("--run-cache");
  wish.quiet = session.json();
  return wish;
}

/// The deps of a stage, as dvc.lock has them; relative to the root.
Result<std::vector<std::string>> DepsOf(const repository::Texts& texts, const repository::TrackedPath& made) {
  std::vector<std::string> deps;
  if (made.stage.empty()) return deps;
  const std::string folder = os::ParentOf(made.said_in),
                    lock = folder == "." ? "dvc.lock" : folder + "/dvc.lock";
  if (std::find(texts.files.begin(), texts.files.end(), lock) == texts.files.end()) return deps;
  const auto root = CAIRN_TRY(ParseYaml(CAIRN_TRY(texts.read(lock)), lock));
  const Node* stages = root.Find("stages");
  const Node* stage = stages ? stages->Find(made.stage) : nullptr;
  const Node* list = stage ? stage->Find("deps") : nullptr;
  for (const Node& dep : list ? list->items() : std::vector<Node>()) {
    const Node* path = dep.Find("path");
    if (path) deps.push_back(folder == "." ? path->text() : folder + "/" + path->text());
  }
  return deps;
}

/// Adds what the stages of `targets` depend on, and so on.
Result<std::vector<std::string>> WithDeps(const repository::Texts& texts, std::vector<std::string> targets) {
  const auto tracked = CAIRN_TRY(repository::TrackedIn(texts));
  std::set<std::string> known(targets.begin(), targets.end());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string target[] = {targets[i]};
    const auto chosen = repository::Choose(tracked, target);
    // A dep that nothing tracks lies in git.
    if (!chosen) continue;
    for (const auto& one : *chosen) {
      for (auto& dep : CAIRN_TRY(DepsOf(texts, one.path))) {
        if (repository::Choose(tracked, {&dep, 1}) && known.insert(dep).second)
          targets.push_back(std::move(dep));
      }
    }
  }
  return targets;
}

Json JsonOf(const std::vector<ObjectOfPath>& objects) {
  Json items = Json::Array();
  for (const auto& object : objects) items.Push(Json{{"path", object.path}, {"md5", object.id.md5}});
  return items;
}

Json JsonOf(const Transferred& report, const char* moved) {
  Json failed = Json::Array();
  for (const auto& failure : report.failed) {
    failed.Push(Json{{"path", failure.object.path},
                     {"md5", failure.object.id.md5},
                     {"reason", NameOf(failure.error.reason)},
                     {"message", failure.error.message}});
  }
  return Json{{moved, report.moved},
              {"runs", report.runs},
              {"bytes", static_cast<std::int64_t>(report.bytes)},
              {"missing", JsonOf(report.missing)},
              {"failed", std::move(failed)},
              {"mended", JsonOf(report.mended)}};
}

std::string Objects(std::size_t count) {
  return WithThousands(static_cast<std::int64_t>(count)) + (count == 1 ? " object" : " objects");
}

void Tell(const Session& session, const Transferred& report, const std::string& done) {
  for (const auto& object : report.missing)
    session.Note("missing: " + object.path + " (" + object.id.md5 +
                 ") is neither in the cache nor in the remote");
  for (const auto& object : report.mended)
    session.Note("mended: " + object.path + " (" + object.id.md5 +
                 ") was damaged in the cache and is replaced");
  for (const auto& failure : report.failed)
    session.Note("failed: " + failure.object.path + ": " + failure.error.message);
  if (report.moved == 0 && report.runs == 0 && report.missing.empty() && report.failed.empty())
    return session.Say("Everything is up to date.");
  const std::string runs =
      WithThousands(static_cast<std::int64_t>(report.runs)) + (report.runs == 1 ? " run and " : " runs and ");
  session.Say((report.runs > 0 ? runs : "") + Objects(report.moved) + " " + done + ", " +
              FormatBytes(report.bytes) + ".");
}

Result<int> PushAll(Session& session, const Arguments& arguments) {
  const Here here = CAIRN_TRY(RepositoryHere());
  const auto wish = CAIRN_TRY(WishIn(session, arguments));
  const auto report = CAIRN_TRY(Transfer(here, wish, Direction::Push));
  if (!session.PrintedJson(JsonOf(report, "pushed"))) Tell(session, report, "pushed");
  return report.failed.empty() && (report.missing.empty() || !arguments.Has("--strict")) ? 0 : 1;
}

Result<int> FetchAll(Session& session, const Arguments& arguments) {
  const Here here = CAIRN_TRY(RepositoryHere());
  const auto report = CAIRN_TRY(Transfer(here, CAIRN_TRY(WishIn(session, arguments)), Direction::Fetch));
  if (!session.PrintedJson(JsonOf(report, "fetched"))) Tell(session, report, "fetched");
  return report.failed.empty() && report.missing.empty() ? 0 : 1;
}

Json JsonOf(const std::vector<std::string>& paths) {
  Json items = Json::Array();
  for (const auto& path : paths) items.Push(path);
  return items;
}

Result<int> PullAll(Session& session, const Arguments& arguments) {
  const Here here = CAIRN_TRY(RepositoryHere());
  const auto wish = CAIRN_TRY(WishIn(session, arguments));
  const auto unsaved =
      arguments.Has("--force") ? repository::Unsaved::Overwrite : repository::Unsaved::Refuse;
  auto fetched = CAIRN_TRY(Transfer(here, wish, Direction::Fetch));
  const auto [report, placed] = CAIRN_TRY(PlaceFetched(here, wish, unsaved, std::move(fetched)));
  Json answer = JsonOf(report, "fetched");
  Json failed = answer.At("failed");
  for (const auto& one : placed.failed) {
    failed.Push(Json{{"path", one.path},
                     {"md5", ""},
                     {"reason", NameOf(one.error.reason)},
                     {"message", one.error.message}});
  }
  answer.Set("added", JsonOf(placed.added)).Set("modified", JsonOf(placed.modified));
  answer.Set("deleted", JsonOf(placed.deleted)).Set("failed", std::move(failed));
  if (!session.PrintedJson(answer)) {
    for (const auto& path : placed.added) session.Say("added     " + path);
    for (const auto& path : placed.modified) session.Say("modified  " + path);
    for (const auto& path : placed.deleted) session.Say("deleted   " + path);
    for (const auto& one : placed.failed) session.Note("failed: " + one.path + ": " + one.error.message);
    if (placed.failed.empty() || report.moved > 0) Tell(session, report, "fetched");
  }
  return report.failed.empty() && report.missing.empty() && placed.failed.empty() ? 0 : 1;
}

Result<int> CompareAll(Session& session, const Arguments& arguments) {
  const Here here = CAIRN_TRY(RepositoryHere());
  const auto wish = CAIRN_TRY(WishIn(session, arguments));
  const auto difference = CAIRN_TRY(repository::Compare({here.Cache(),
                                                         here.configuration,
                                                         CAIRN_TRY(ChosenBy(here, wish)),
                                                         wish.remote,
                                                         wish.jobs,
                                                         false,
                                                         {},
                                                         {}}));
  const bool same =
      difference.only_here.empty() && difference.only_there.empty() && difference.missing.empty();
  if (session.PrintedJson(Json{{"only_in_cache", JsonOf(difference.only_here)},
                               {"only_in_remote", JsonOf(difference.only_there)},
                               {"missing", JsonOf(difference.missing)}}))
    return 0;
  for (const auto& object : difference.only_here) session.Say("only in the cache   " + object.path);
  for (const auto& object : difference.only_there) session.Say("only in the remote  " + object.path);
  for (const auto& object : difference.missing) session.Say("missing in both     " + object.path);
  if (same) session.Say("Cache and remote are in sync.");
  return 0;
}

std::vector<Flag> TransferFlags(std::vector<Flag> own) {
  std::vector<Flag> flags = {{"--remote", "NAME", "Another remote than the default", "r"},
                             {"--jobs", "N", "So many at once", "j"},
                             {"--all-branches", "", "What the tips of all branches need", "a"},
                             {"--all-tags", "", "What all tags need", "T"},
                             {"--all-commits", "", "What any commit needs", "A"},
                             {"--with-deps", "", "Also what the targets' stages depend on", "d"}};
  flags.insert(flags.end(), own.begin(), own.end());
  return flags;
}

const Flag kRunCache{
    "--run-cache", "",
    "Also what stages have made of what they read, so that none runs on the same again elsewhere"};
const Positional kTargets{"TARGET...",
                          "Tracked paths, parts of tracked folders, .dvc files or stages; all unless given",
                          Positional::Need::Optional};

}  // namespace

Result<std::vector<Chosen>> ChosenBy(const Here& here, const TransferWish& wish) {
  const auto texts = CAIRN_TRY(repository::TextsOfWorkspace(here.root));
  auto targets = here.FromRoot(wish.targets);
  if (wish.with_deps && !targets.empty()) targets = CAIRN_TRY(WithDeps(texts, std::move(targets)));
  std::vector<Chosen> all;
  std::set<std::string> seen;
  Result<> missed;
  bool any = false;
  for (const auto& version : CAIRN_TRY(repository::VersionsIn(here.root, wish.scope, texts))) {
    auto chosen = repository::Choose(*version.tracked, targets);
    // A version need not have what another has.
    if (!chosen) {
      missed = chosen.error();
      continue;
    }
    any = true;
    for (auto& one : *chosen) {
      if (seen.insert(one.path.md5 + one.path.path + one.path.remote + Join(one.only, "\n")).second)
        all.push_back(std::move(one));
    }
  }
  if (!any && !missed) return missed.error();
  return all;
}

namespace {

template <class T>
void Append(std::vector<T>& all, std::vector<T> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Result<Transferred> Transfer(const Here& here, const TransferWish& wish, Direction direction) {
  os::ProgressBar bar(direction == Direction::Push ? "pushing" : "fetching", 0, "B",
                      wish.quiet ? os::ProgressBar::Look{-1, 200, 100} : kSoon);
  repository::TransferOrder order{here.Cache(),
                                  here.configuration,
                                  CAIRN_TRY(ChosenBy(here, wish)),
                                  wish.remote,
                                  wish.jobs,
                                  wish.verify,
                                  [&](std::uint64_t bytes) { bar.Extend(bytes); },
                                  [&](std::uint64_t bytes) { bar.Advance(bytes); }};
  const bool push = direction == Direction::Push;
  Transferred all{push ? CAIRN_TRY(repository::Push(order)) : CAIRN_TRY(repository::Fetch(order)), 0};
  if (!wish.runs) return all;
  auto runs = push ? CAIRN_TRY(repository::PushRuns(order)) : CAIRN_TRY(repository::FetchRuns(order));
  all.runs = runs.moved;
  all.moved += runs.objects.moved;
  all.bytes += runs.objects.bytes;
  // What a run made may have been collected; then it is run again, which is no failure here.
  Append(all.failed, std::move(runs.objects.failed));
  Append(all.mended, std::move(runs.objects.mended));
  return all;
}

Result<repository::CheckedOut> Place(const Here& here, const TransferWish& wish,
                                     repository::Unsaved unsaved) {
  constexpr auto kLinks = repository::Links::AsTheyAre;
  TreeHere tree = CAIRN_TRY(FindTree());
  const TreeProgress progress("checking out",
                              wish.quiet ? TreeProgress::Shown::Never : TreeProgress::Shown::AtTerminal);
  if (wish.targets.empty()) return repository::CheckoutAll(tree.tree, unsaved, kLinks, progress.meter());
  auto workspace = wish;
  workspace.scope = {};
  return repository::Checkout(tree.tree, CAIRN_TRY(ChosenBy(here, workspace)), unsaved, kLinks,
                              progress.meter());
}

namespace {

void Add(TransferReport& all, TransferReport more) {
  all.moved += more.moved;
  all.bytes += more.bytes;
  all.missing = std::move(more.missing);
  all.failed = std::move(more.failed);
  Append(all.mended, std::move(more.mended));
}

void Add(repository::CheckedOut& all, repository::CheckedOut more) {
  Append(all.added, std::move(more.added));
  Append(all.modified, std::move(more.modified));
  Append(all.deleted, std::move(more.deleted));
  all.files_added += more.files_added;
  all.files_modified += more.files_modified;
  all.files_deleted += more.files_deleted;
  all.failed = std::move(more.failed);
}

}  // namespace

Result<Pulled> PlaceFetched(const Here& here, const TransferWish& wish, repository::Unsaved unsaved,
                            Transferred fetched) {
  Pulled pulled{std::move(fetched), CAIRN_TRY(Place(here, wish, unsaved))};
  const auto& failed = pulled.placed.failed;
  const bool damaged = std::any_of(failed.begin(), failed.end(),
                                   [](const auto& one) { return one.error.reason == Reason::Corrupt; });
  if (!damaged) return pulled;
  auto thorough = wish;
  thorough.verify = true;
  thorough.runs = false;
  Add(pulled.fetched, CAIRN_TRY(Transfer(here, thorough, Direction::Fetch)));
  Add(pulled.placed, CAIRN_TRY(Place(here, wish, unsaved)));
  return pulled;
}

std::vector<Command> TransferCommands() {
  return {
      {"data push",
       "Copy what the remote lacks of the tracked data from the cache into it",
       "Each object is read and verified on the way; a damaged one is named and never pushed. Something that "
       "is neither here nor there is a "
       "warning, as with DVC, unless --strict.",
       {kTargets},
       TransferFlags({kRunCache, {"--strict", "", "Exit code 1 when something is missing here and there"}}),
       PushAll},
      {"data fetch",
       "Copy what the cache lacks of the tracked data from the remote into it",
       "Each object is verified before it has its name. Exit code 1 when something is missing or damaged "
       "there.",
       {kTargets},
       TransferFlags(
           {kRunCache,
            {"--verify", "", "Also read what is in the cache already, and fetch anew what is damaged"}}),
       FetchAll},
      {"data pull",
       "Fetch what the tracked data needs, and make the working tree equal to it",
       "What a path holds is replaced only when the cache has it too. Exit code 1 when something is missing "
       "or damaged.",
       {kTargets},
       TransferFlags(
           {kRunCache,
            {"--force", "", "Also replace what the cache does not have", "f"},
            {"--verify", "", "Also read what is in the cache already, and fetch anew what is damaged"}}),
       PullAll},
      {"data compare-remote",
       "Say what only the cache or only the remote has of the tracked data",
       "",
       {kTargets},
       TransferFlags({}),
       CompareAll},
  };
}

}  // namespace cairn::cli

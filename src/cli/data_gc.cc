#include "cli/catalogue.h"
#include "cli/duration.h"
#include "cli/here.h"
#include "cli/tree_here.h"
#include "ground/os/clock.h"
#include "ground/os/file_lock.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/collection.h"

namespace cairn::cli {
namespace {

using repository::CollectionOrder;
using repository::CollectionPlan;
using repository::FreedObject;

constexpr const char* kGrace = "2h";
constexpr std::size_t kShown = 40;

repository::Scope ScopeIn(const Arguments& arguments) {
  repository::Scope scope;
  scope.branches = arguments.Has("--all-branches");
  scope.tags = arguments.Has("--all-tags");
  scope.commits = arguments.Has("--all-commits");
  scope.experiments = arguments.Has("--all-experiments");
  scope.revisions = arguments.All("--rev");
  // As with DVC, the workspace is kept with everything else, and has to be named when it is all.
  scope.workspace = arguments.Has("--workspace") || scope.NeedsGit();
  return scope;
}

std::uint64_t BytesOf(const std::vector<FreedObject>& objects) {
  std::uint64_t bytes = 0;
  for (const auto& object : objects) bytes += object.bytes;
  return bytes;
}

Json JsonOf(const std::vector<FreedObject>& objects) {
  Json items = Json::Array();
  for (const auto& object : objects) {
    items.Push(Json{{"md5", object.id.md5},
                    {"bytes", static_cast<std::int64_t>(object.bytes)},
                    {"modified_ms", object.modified_ms},
                    {"path", object.path},
                    {"last_commit", object.last_commit},
                    {"last_commit_ms", object.last_ms}});
  }
  return items;
}

Json JsonOf(const CollectionPlan& plan, bool removed) {
  Json keepers = Json::Array();
  for (const auto& keeper : plan.keepers) {
    keepers.Push(Json{{"name", keeper.name},
                      {"objects", keeper.objects},
                      {"bytes", static_cast<std::int64_t>(keeper.bytes)}});
  }
  return Json{{"removed", removed},
              {"cache", JsonOf(plan.freed)},
              {"remote", JsonOf(plan.freed_remote)},
              {"leftovers", plan.leftovers.size()},
              {"too_young", plan.too_young},
              {"kept_by", std::move(keepers)}};
}

void ShowFreed(const Session& session, const std::vector<FreedObject>& objects, const std::string& where) {
  if (objects.empty()) return;
  Table table({"path", "object", "size", "last needed by", "on"});
  for (std::size_t i = 0; i < std::min(objects.size(), kShown); ++i) {
    const auto& one = objects[i];
    table.Add({one.path.empty() ? "(no commit names it)" : one.path, one.id.md5.substr(0, 8),
               FormatBytes(one.bytes),
               one.last_commit.empty() ? "" : one.last_commit.substr(0, 7) + " " + one.summary,
               one.last_commit.empty() ? "" : FormatDate(one.last_ms)});
  }
  std::fputs(table.Text().c_str(), stdout);
  if (objects.size() > kShown)
    session.Say("… and " + WithThousands(static_cast<std::int64_t>(objects.size() - kShown)) +
                " more; --json lists all.");
  session.Say(WithThousands(static_cast<std::int64_t>(objects.size())) +
              (objects.size() == 1 ? " object" : " objects") + " in " + where + ", " +
              FormatBytes(BytesOf(objects)) + ".");
}

void Show(const Session& session, const CollectionPlan& plan, bool removed) {
  ShowFreed(session, plan.freed, "the cache");
  ShowFreed(session, plan.freed_remote, "the remote");
  Table kept({"kept by", "objects", "size"});
  for (const auto& keeper : plan.keepers)
    kept.Add(
        {keeper.name, WithThousands(static_cast<std::int64_t>(keeper.objects)), FormatBytes(keeper.bytes)});
  std::fputs(kept.Text("").c_str(), stdout);
  if (plan.too_young > 0)
    session.Note(WithThousands(static_cast<std::int64_t>(plan.too_young)) +
                 " further objects that nothing refers to are too young: somebody may just be adding them.");
  const bool none = plan.freed.empty() && plan.freed_remote.empty() && plan.leftovers.empty();
  session.Note(none      ? "Nothing to free."
               : removed ? "Removed."
                         : "Nothing is removed yet: add --delete to do it.");
}

Result<int> Collect(Session& session, const Arguments& arguments) {
  const Here here = CAIRN_TRY(RepositoryHere());
  const auto grace =
      CAIRN_TRY(DurationMs(arguments.Has("--older-than") ? arguments.Text("--older-than") : kGrace));
  const CollectionOrder order{
      here.root,
      here.configuration,
      ScopeIn(arguments),
      arguments.All("--projects"),
      arguments.Has("--cloud"),
      arguments.Text("--remote"),
      os::SystemClock().Now() - grace,
      0,
      arguments.Has("--skip-missing") ? repository::Unlisted::Freed : repository::Unlisted::Stop};
  const bool remove = arguments.Has("--delete");
  std::optional<os::FileLock> lock;
  // What others do meanwhile may be adding what is about to go.
  const TreeProgress progress("collecting");
  if (remove) lock = CAIRN_TRY(CAIRN_TRY(FindTree()).tree.Lock(progress.meter().waiting));
  const auto plan = CAIRN_TRY(repository::PlanCollection(order));
  if (remove) CAIRN_TRY(repository::Collect(order, plan));
  if (!session.PrintedJson(JsonOf(plan, remove))) Show(session, plan, remove);
  return 0;
}

}  // namespace

std::vector<Command> CollectionCommands() {
  return {{"data gc",
           "List objects of the cache that nothing refers to, and free their space",
           "Says what it would free, which commit needed it last, and what keeps the rest; changes nothing "
           "without --delete. "
           "What branches, tags and the workspace need is read from git.",
           {},
           {{"--workspace", "", "Keep what the working tree needs", "w"},
            {"--all-branches", "", "Keep what the tips of all branches need", "a"},
            {"--all-tags", "", "Keep what all tags need", "T"},
            {"--all-commits", "", "Keep what any commit needs", "A"},
            {"--all-experiments", "", "Keep what DVC's experiments need"},
            {"--rev", "REVISION", "Keep what this revision needs; may be repeated"},
            {"--cloud", "", "Also in the remote", "c"},
            {"--remote", "NAME", "Another remote than the default", "r"},
            {"--projects", "FOLDER", "Another repository that uses the same cache; may be repeated", "p"},
            {"--skip-missing", "", "Go on where the listing of a folder is lost: its files are freed"},
            {"--older-than", "DURATION", "Only what is older (2h): what is being added is younger"},
            {"--delete", "", "Remove what is listed"}},
           Collect}};
}

}  // namespace cairn::cli

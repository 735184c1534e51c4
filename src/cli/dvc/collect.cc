#include <algorithm>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/repository/collection.h"

namespace cairn::cli::dvc {
namespace {

constexpr Option kOptions[] = {{"w", "workspace"},
                               {"a", "all-branches"},
                               {"T", "all-tags"},
                               {"A", "all-commits"},
                               {"", "all-experiments"},
                               {"", "rev", Takes::Value},
                               {"n", "num", Takes::Value},
                               {"", "date", Takes::Value},
                               {"c", "cloud"},
                               {"r", "remote", Takes::Value},
                               {"f", "force"},
                               {"j", "jobs", Takes::Value},
                               {"p", "projects", Takes::Many},
                               {"", "dry"},
                               Uncovered("not-in-remote"),
                               Uncovered("skip-failed")};
constexpr Grammar kCollect{"gc", kOptions, 0};

/// What is kept, as the line says it.
Result<repository::Scope> ScopeOf(const Line& line) {
  repository::Scope scope;
  scope.branches = line.Has("all-branches");
  scope.tags = line.Has("all-tags");
  scope.commits = line.Has("all-commits");
  scope.experiments = line.Has("all-experiments");
  scope.revisions = line.All("rev");
  if (line.Has("date")) scope.since = CAIRN_TRY(ParseTime(line.Text("date")));
  if (line.Has("num")) {
    const auto back = ParseInt(line.Text("num"));
    if (!back || *back < 1) return Error{Reason::InvalidArgument, "argument -n/--num: invalid int value"};
    scope.back = static_cast<int>(*back);
  }
  scope.workspace = line.Has("workspace") || scope.NeedsGit();
  return scope;
}

void SayRemoved(const repository::CollectionPlan& plan, bool in_remote) {
  const auto legacy = static_cast<std::size_t>(
      std::count_if(plan.freed.begin(), plan.freed.end(), [](const auto& one) { return one.id.legacy; }));
  for (const auto& [name, count] :
       {std::pair("local", plan.freed.size() - legacy), std::pair("legacy", legacy)}) {
    Say(count == 0 ? "No unused '" + std::string(name) + "' cache to remove."
                   : "Removed " + std::to_string(count) + " objects from " + name + " cache.");
  }
  if (!in_remote) return;
  Say(plan.freed_remote.empty()
          ? "No unused cache to remove from remote."
          : "Removed " + std::to_string(plan.freed_remote.size()) + " objects from remote.");
}

}  // namespace

int Collect(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kCollect);
  if (!line) return Usage(line.error());
  const auto here = Open(code);
  if (!here) return code;
  auto scope = ScopeOf(*line);
  if (!scope) return Usage(scope.error());
  if (!scope->workspace)
    return Fail(kOther,
                "Either of `-w|--workspace`, `-a|--all-branches`, `-T|--all-tags` `--all-experiments`, "
                "`--all-commits`, `--date` or `--rev` needs to be set.");
  const repository::CollectionOrder order{here->root,
                                          here->configuration,
                                          *std::move(scope),
                                          line->All("projects"),
                                          line->Has("cloud"),
                                          line->Text("remote"),
                                          os::SystemClock().Now(),
                                          0,
                                          repository::Unlisted::Stop};
  const auto tree = OpenTree(code);
  if (!tree) return code;
  const TreeProgress progress("collecting", BarOf(*line));
  const auto lock = tree->tree.Lock(progress.meter().waiting);
  if (!lock) return Fail(kOther, lock.error().message);
  const auto plan = repository::PlanCollection(order);
  if (!plan) return Fail(kOther, plan.error().message);
  if (line->Has("dry")) {
    for (const auto& object : plan->freed) {
      if (!line->quiet()) Say("Removing " + os::JoinPath(here->Cache(), object.id.Key()));
    }
  } else if (!line->Has("force")) {
    return Fail(kFailed, "nothing was removed: -f agrees to it");
  } else if (const auto done = repository::Collect(order, *plan); !done) {
    return Fail(kOther, done.error().message);
  }
  if (!line->quiet()) SayRemoved(*plan, order.in_remote);
  return 0;
}

}  // namespace cairn::cli::dvc

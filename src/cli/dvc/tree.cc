#include <algorithm>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "ground/os/paths_like.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/adding.h"
#include "loop/repository/arranging.h"
#include "loop/repository/checkout.h"
#include "loop/repository/status.h"

namespace cairn::cli::dvc {
namespace {

constexpr Option kOfAdd[] = {{"f", "force"},
                             {"", "no-relink"},
                             {"", "no-commit"},
                             {"", "glob"},
                             {"o", "out", Takes::Value, false},
                             {"r", "remote", Takes::Value, false},
                             Uncovered("to-remote"),
                             Uncovered("remote-jobs", Takes::Value)};
constexpr Grammar kAdd{"add", kOfAdd};
constexpr Option kOfCommit[] = {
    {"f", "force"}, {"d", "with-deps", Takes::Nothing, false}, {"R", "recursive"}, {"", "no-relink"}};
constexpr Grammar kCommit{"commit", kOfCommit};
constexpr Option kOfCheckout[] = {{"", "summary"},    {"d", "with-deps", Takes::Nothing, false},
                                  {"R", "recursive"}, {"f", "force"},
                                  {"", "relink"},     {"", "allow-missing"}};
constexpr Grammar kCheckout{"checkout", kOfCheckout};
constexpr Option kOfRemove[] = {{"", "outs"}};
constexpr Grammar kRemove{"remove", kOfRemove};

int Needs(const char* what) {
  return Usage({Reason::InvalidArgument, std::string("the following arguments are required: ") + what});
}

/// The paths that patterns mean, as Python's glob finds them.
Result<std::vector<std::string>> Expanded(const std::vector<std::string>& patterns) {
  std::vector<std::string> paths;
  for (const auto& pattern : patterns) {
    if (pattern.find("**") != std::string::npos)
      return Error{Reason::Unsupported, NotCoveredText("add --glob '**'")};
    for (auto& path : os::PathsLike(pattern)) paths.push_back(std::move(path));
  }
  if (!paths.empty()) return paths;
  return Error{Reason::NotFound, "Glob ['" + Join(patterns, "', '") + "'] has no matches."};
}

/// As DVC does where git will not be told by itself.
void TellTexts(const TreeHere& here, const Line& line, const std::vector<std::string>& texts) {
  const bool told = here.tree.configuration().Truth("core", "autostage", false);
  if (texts.empty() || !here.tree.git_root() || told || line.Has("quiet")) return;
  Say("\nTo track the changes with git, run:\n\n\tgit add " + here.ShownAll(texts, " ") +
      "\n\nTo enable auto staging, run:\n\n\tdvc config core.autostage true");
}

}  // namespace

int Add(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kAdd);
  if (!line) return Usage(line.error());
  if (line->rest.empty()) return Needs("targets");
  auto here = OpenTree(code);
  if (!here) return code;
  const auto targets =
      line->Has("glob") ? Expanded(line->rest) : Result<std::vector<std::string>>(line->rest);
  if (!targets) return Fail(kFailed, targets.error().message);
  const auto added = [&] {
    const TreeProgress progress("adding", BarOf(*line));
    return repository::Add(here->tree, *targets, progress.meter(),
                           {!line->Has("no-commit"), !line->Has("no-relink")});
  }();
  if (!added) return Fail(kFailed, added.error().message);
  for (const auto& warning : added->warnings) {
    if (!line->quiet()) Warn(warning);
  }
  std::vector<std::string> texts;
  for (const auto& path : added->paths) texts.push_back(path.said_in);
  for (const auto& text : added->texts) {
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  }
  TellTexts(*here, *line, texts);
  return 0;
}

int Commit(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kCommit);
  if (!line) return Usage(line.error());
  auto here = OpenTree(code);
  if (!here) return code;
  const auto chosen = here->Choose(line->rest);
  if (!chosen) return Fail(kFailed, "failed to commit - " + chosen.error().message);
  std::vector<repository::TrackedPath> tracked;
  for (const auto& one : *chosen) tracked.push_back(one.path);
  const TreeProgress progress("storing", BarOf(*line));
  if (!line->Has("force")) {
    const auto standings = repository::StandingsOf(here->tree, tracked, progress.meter());
    if (!standings) return Fail(kFailed, "failed to commit - " + standings.error().message);
    for (std::size_t i = 0; i < tracked.size(); ++i) {
      const auto standing = (*standings)[i];
      if (standing == repository::Standing::Same || standing == repository::Standing::NotInCache) continue;
      return Fail(kFailed, "failed to commit - unable to commit changed stage: '" +
                               here->Shown(tracked[i].said_in) + "'. Use `-f|--force` to force.");
    }
  }
  const auto done =
      repository::Commit(here->tree, tracked, progress.meter(), {true, !line->Has("no-relink")});
  return done ? 0 : Fail(kFailed, "failed to commit - " + done.error().message);
}

int Checkout(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kCheckout);
  if (!line) return Usage(line.error());
  auto here = OpenTree(code);
  if (!here) return code;
  const auto unsaved = line->Has("force") ? repository::Unsaved::Overwrite : repository::Unsaved::Refuse;
  const auto links = line->Has("relink") ? repository::Links::Renewed : repository::Links::AsTheyAre;
  const auto chosen = here->Choose(line->rest);
  if (!chosen) return Fail(kOther, chosen.error().message);
  const auto out = [&] {
    const TreeProgress progress("checking out", BarOf(*line));
    return line->rest.empty() ? repository::CheckoutAll(here->tree, unsaved, links, progress.meter())
                              : repository::Checkout(here->tree, *chosen, unsaved, links, progress.meter());
  }();
  if (!out) return Fail(kOther, out.error().message);
  if (!line->Has("summary") && !line->Has("quiet")) SayChanges(*out, *here);
  if (line->Has("summary")) {
    const std::string summary = Summary(
        {{out->files_modified, "modified"}, {out->files_added, "added"}, {out->files_deleted, "deleted"}});
    Say(summary.empty() ? "No changes." : summary);
  }
  return FailureOf(*out, "", line->Has("allow-missing") ? Absent::Allowed : Absent::Failure);
}

int Move(Words words) {
  int code = 0;
  const auto line = ReadLine(words, {"move", {}, 2});
  if (!line) return Usage(line.error());
  if (line->rest.size() != 2) return Needs("src, dst");
  auto here = OpenTree(code);
  if (!here) return code;
  const auto from = here->tree.PathOf(line->rest[0]), to = here->tree.PathOf(line->rest[1]);
  if (!from || !to) return Fail(kFailed, (from ? to : from).error().message);
  const TreeProgress progress("moving", BarOf(*line));
  const auto moved = repository::Move(here->tree, *from, *to, progress.meter());
  if (!moved)
    return Fail(kFailed, "failed to move '" + line->rest[0] + "' -> '" + line->rest[1] + "' - " +
                             moved.error().message);
  TellTexts(*here, *line, moved->texts);
  return 0;
}

int Remove(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kRemove);
  if (!line) return Usage(line.error());
  if (line->rest.empty()) return Needs("targets");
  auto here = OpenTree(code);
  if (!here) return code;
  const auto data = line->Has("outs") ? repository::Data::Removed : repository::Data::Kept;
  const TreeProgress progress("reading", BarOf(*line));
  for (const auto& target : line->rest) {
    const auto path = here->tree.PathOf(target);
    if (!path) return Fail(kFailed, path.error().message);
    const auto removed =
        repository::Remove(here->tree, *path, data, repository::Loss::Allowed, progress.meter());
    if (!removed) return Fail(kFailed, removed.error().message);
  }
  return 0;
}

int Unprotect(Words words) {
  int code = 0;
  const auto line = ReadLine(words, {"unprotect", {}});
  if (!line) return Usage(line.error());
  if (line->rest.empty()) return Needs("targets");
  auto here = OpenTree(code);
  if (!here) return code;
  for (const auto& target : line->rest) {
    const auto path = here->tree.PathOf(target);
    if (!path) return Fail(kFailed, path.error().message);
    const auto done = repository::Unprotect(here->tree, *path);
    if (!done) return Fail(kOther, "can't unprotect '" + target + "': " + done.error().message);
  }
  return 0;
}

}  // namespace cairn::cli::dvc

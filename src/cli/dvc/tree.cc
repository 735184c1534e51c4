#include <algorithm>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/adding.h"
#include "loop/repository/arranging.h"
#include "loop/repository/checkout.h"
#include "loop/repository/status.h"

namespace cairn::cli::dvc {
namespace {

constexpr Option kAdd[] = {{"f", "force"},        {"", "no-relink"},        {"", "no-commit"},
                           {"", "glob"},          {"o", "out", true},       {"", "to-remote"},
                           {"r", "remote", true}, {"", "remote-jobs", true}};
constexpr Option kCommit[] = {{"f", "force"}, {"d", "with-deps"}, {"R", "recursive"}, {"", "no-relink"}};
constexpr Option kCheckout[] = {{"", "summary"}, {"d", "with-deps"}, {"R", "recursive"},
                                {"f", "force"},  {"", "relink"},     {"", "allow-missing"}};
constexpr Option kRemove[] = {{"", "outs"}};

/// "" or the first of the options that was given.
std::string GivenOf(const Line& line, std::initializer_list<const char*> options) {
  for (const char* option : options) {
    if (line.Has(option)) return std::string("--") + option;
  }
  return "";
}

int Needs(const char* what) {
  return Usage({Reason::InvalidArgument, std::string("the following arguments are required: ") + what});
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
  const std::string other = GivenOf(*line, {"no-commit", "glob", "out", "to-remote", "remote"});
  if (!other.empty()) return NotCovered("add " + other);
  if (line->rest.empty()) return Needs("targets");
  auto here = OpenTree(code);
  if (!here) return code;
  const auto added = [&] {
    const TreeProgress progress("adding");
    return repository::Add(here->tree, line->rest, progress.meter());
  }();
  if (!added) return Fail(kFailed, added.error().message);
  for (const auto& warning : added->warnings) Warn(warning);
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
  if (line->Has("with-deps")) return NotCovered("commit --with-deps");
  auto here = OpenTree(code);
  if (!here) return code;
  const auto chosen = here->Choose(line->rest);
  if (!chosen) return Fail(kFailed, "failed to commit - " + chosen.error().message);
  std::vector<repository::TrackedPath> tracked;
  for (const auto& one : *chosen) tracked.push_back(one.path);
  const TreeProgress progress("storing");
  if (!line->Has("force")) {
    const auto standings = repository::StandingsOf(here->tree, tracked, progress.meter());
    if (!standings) return Fail(kFailed, "failed to commit - " + standings.error().message);
    for (std::size_t i = 0; i < tracked.size(); ++i) {
      if ((*standings)[i] == repository::Standing::Same) continue;
      return Fail(kFailed, "failed to commit - unable to commit changed stage: '" +
                               here->Shown(tracked[i].said_in) + "'. Use `-f|--force` to force.");
    }
  }
  const auto done = repository::Commit(here->tree, tracked, progress.meter());
  return done ? 0 : Fail(kFailed, "failed to commit - " + done.error().message);
}

int Checkout(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kCheckout);
  if (!line) return Usage(line.error());
  if (line->Has("with-deps")) return NotCovered("checkout --with-deps");
  auto here = OpenTree(code);
  if (!here) return code;
  const auto unsaved = line->Has("force") ? repository::Unsaved::Overwrite : repository::Unsaved::Refuse;
  const auto links = line->Has("relink") ? repository::Links::Renewed : repository::Links::AsTheyAre;
  const auto chosen = here->Choose(line->rest);
  if (!chosen) return Fail(kOther, chosen.error().message);
  const auto out = [&] {
    const TreeProgress progress("checking out");
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
  const auto line = ReadLine(words, {});
  if (!line) return Usage(line.error());
  if (line->rest.size() != 2) return Needs("src, dst");
  auto here = OpenTree(code);
  if (!here) return code;
  const auto from = here->tree.PathOf(line->rest[0]), to = here->tree.PathOf(line->rest[1]);
  if (!from || !to) return Fail(kFailed, (from ? to : from).error().message);
  const TreeProgress progress("moving");
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
  const TreeProgress progress("reading");
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
  const auto line = ReadLine(words, {});
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

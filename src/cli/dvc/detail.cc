#include <algorithm>
#include <cctype>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "cli/tree_report.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/versions.h"

namespace cairn::cli::dvc {
namespace {

constexpr Option kStatusOptions[] = {
    {"j", "jobs", Takes::Value}, {"c", "cloud"},     {"r", "remote", Takes::Value},
    {"a", "all-branches"},       {"T", "all-tags"},  {"A", "all-commits"},
    {"d", "with-deps"},          {"R", "recursive"}, {"", "json"},
    {"", "no-updates"}};
constexpr Grammar kStatus{"status", kStatusOptions};
constexpr Option kDataOptions[] = {{"", "json"},
                                   {"", "granular"},
                                   {"r", "remote", Takes::Value},
                                   {"", "no-remote-refresh"},
                                   Uncovered("unchanged"),
                                   Uncovered("untracked-files", Takes::Maybe),
                                   Uncovered("not-in-remote")};
constexpr Grammar kData{"data status", kDataOptions};
constexpr Option kDiffOptions[] = {
    {"", "targets", Takes::Many}, {"", "json"}, {"", "show-hash"}, {"", "hide-missing"}, Uncovered("md")};
constexpr Grammar kDiff{"diff", kDiffOptions, 2};

std::string Padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

/// What stages depend on is not looked at here.
Result<bool> HasStages(const TreeHere& here, const std::vector<repository::TrackedPath>& tracked, bool all) {
  if (std::any_of(tracked.begin(), tracked.end(), [](const auto& one) { return !one.stage.empty(); }))
    return true;
  if (!all) return false;
  const auto texts = CAIRN_TRY(repository::TextsOfWorkspace(here.tree.root()));
  return std::any_of(texts.files.begin(), texts.files.end(),
                     [](const std::string& file) { return os::BaseName(file) == "dvc.yaml"; });
}

void SayStatus(const Json& status) {
  for (const auto& [sayer, changes] : status.members()) {
    Say(sayer + ":\n\tchanged outs:");
    for (const auto& [path, state] : changes.items().front().At("changed outs").members())
      Say("\t\t" + Padded(state.AsString() + ":", 20) + path);
  }
  if (status.members().empty()) Say("Data and pipelines are up to date.");
}

void SayGroups(const Json& groups) {
  for (const auto& [name, items] : groups.members()) {
    for (const Json& item : items.items())
      Say("        " + name + ": " +
          (item.IsString() ? item.AsString() : item.Text("old") + " -> " + item.Text("new")));
  }
}

void SayDataStatus(const Json& status) {
  for (const auto& [part, groups] : status.members()) {
    if (part == "not_in_cache") {
      Say("Not in cache:\n  (use \"dvc fetch <file>...\" to download files)");
      for (const Json& path : groups.items()) Say("        " + path.AsString());
    } else if (part == "committed") {
      Say("DVC committed changes:\n  (git commit the corresponding dvc files to update the repo)");
      SayGroups(groups);
    } else {
      Say("DVC uncommitted changes:\n  (use \"dvc commit <file>...\" to track changes)\n"
          "  (use \"dvc checkout <file>...\" to discard changes)");
      SayGroups(groups);
    }
  }
  if (status.members().empty()) Say("No changes.");
}

std::string HashText(const Json& hash) {
  constexpr std::size_t kShort = 8;
  return hash.IsString() ? hash.AsString().substr(0, kShort)
                         : hash.Text("old").substr(0, kShort) + ".." + hash.Text("new").substr(0, kShort);
}

void SayDiff(const Json& diff, bool hashes) {
  std::vector<std::string> counts;
  for (const char* state : {"added", "deleted", "renamed", "modified", "not in cache"}) {
    const Json* items = diff.Find(state);
    if (!items || items->items().empty()) continue;
    std::string title = state;
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    Say(title + ":");
    std::size_t files = 0;
    for (const Json& item : items->items()) {
      const Json& path = item.At("path");
      const std::string text =
          path.IsString() ? path.AsString() : path.Text("old") + " -> " + path.Text("new");
      if (!text.ends_with('/')) ++files;
      Say("    " + (hashes ? HashText(item.At("hash")) + "  " : "") + text);
    }
    Say("");
    if (files > 0) counts.push_back(std::to_string(files) + " " + state);
  }
  if (!counts.empty()) Say("files summary: " + Join(counts, ", "));
}

/// In DVC's shape: without hashes unless asked for, and only what the targets name.
Json Trimmed(const Json& diff, const Line& line) {
  Json trimmed = Json::Object();
  bool differs = false;
  const auto targets = line.All("targets");
  const auto named = [&](const Json& path) {
    const std::string one = path.IsString() ? path.AsString() : path.Text("new");
    return targets.empty() || std::any_of(targets.begin(), targets.end(), [&](const std::string& target) {
             const std::string folder = target.ends_with('/') ? target : target + "/";
             return one == target || one.starts_with(folder);
           });
  };
  for (const auto& [state, items] : diff.members()) {
    if (state == "not in cache" && (line.Has("hide-missing") || line.rest.size() > 1)) continue;
    Json kept = Json::Array();
    for (const Json& item : items.items()) {
      if (!named(item.At("path"))) continue;
      kept.Push(line.Has("show-hash") ? item : Json{{"path", item.At("path")}});
    }
    differs = differs || !kept.items().empty();
    trimmed.Set(state, std::move(kept));
  }
  return differs ? trimmed : Json::Object();
}

}  // namespace

int Status(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kStatus);
  if (!line) return Usage(line.error());
  if (line->Has("cloud")) return CloudStatus(words);
  auto here = OpenTree(code);
  if (!here) return code;
  const auto chosen = here->Choose(line->rest);
  if (!chosen) return Fail(kFailed, chosen.error().message);
  std::vector<repository::TrackedPath> tracked;
  for (const auto& one : *chosen) tracked.push_back(one.path);
  const auto stages = HasStages(*here, tracked, line->rest.empty());
  if (!stages) return Fail(kOther, stages.error().message);
  const TreeProgress progress("reading", BarOf(*line));
  const auto status = StatusOf(*here, tracked, progress.meter());
  if (!status) return Fail(kOther, status.error().message);
  const bool changed = !status->members().empty();
  if (*stages && line->Has("quiet") && !changed)
    return Fail(kFailed, "whether stages are to run again is not covered here: `cairn status` tells it");
  if (line->Has("quiet")) return changed ? kFailed : 0;
  if (line->Has("json")) {
    SayJson(*status);
  } else if (*stages && !changed) {
    Say("Data is up to date.");
  } else {
    SayStatus(*status);
  }
  if (*stages)
    Warn(
        "only the outputs of stages are compared; whether their dependencies, parameters or commands have "
        "changed is told by `cairn status`");
  return 0;
}

int Data(Words words) {
  int code = 0;
  if (words.empty()) return Usage({Reason::InvalidArgument, "the following arguments are required: cmd"});
  if (words[0] != "status") return NotCovered("data " + words[0]);
  const auto line = ReadLine(words.subspan(1), kData);
  if (!line) return Usage(line.error());
  auto here = OpenTree(code);
  if (!here) return code;
  std::vector<std::string> targets;
  for (const auto& target : line->rest) {
    auto path = here->tree.PathOf(target);
    if (!path) return Fail(kOther, path.error().message);
    targets.push_back(*std::move(path));
  }
  const auto files = line->Has("granular") ? repository::Files::Listed : repository::Files::Omitted;
  const TreeProgress progress("reading", BarOf(*line));
  const auto status = DataStatusOf(*here, targets, files, progress.meter());
  if (!status) return Fail(kOther, status.error().message);
  if (line->Has("json")) {
    SayJson(*status);
  } else if (!line->Has("quiet")) {
    SayDataStatus(*status);
  }
  return 0;
}

int Diff(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kDiff);
  if (!line) return Usage(line.error());
  auto here = OpenTree(code);
  if (!here) return code;
  const TreeProgress progress("reading", BarOf(*line));
  const auto diff = DifferenceOf(*here, line->rest.empty() ? "HEAD" : line->rest[0],
                                 line->rest.size() > 1 ? line->rest[1] : "", progress.meter());
  if (!diff) return Fail(kFailed, "failed to get diff - " + diff.error().message);
  const Json trimmed = Trimmed(*diff, *line);
  if (line->Has("json")) {
    SayJson(trimmed);
  } else if (!line->Has("quiet")) {
    SayDiff(trimmed, line->Has("show-hash"));
  }
  return 0;
}

}  // namespace cairn::cli::dvc

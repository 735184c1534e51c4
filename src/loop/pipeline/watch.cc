#include "loop/pipeline/watch.h"

#include <algorithm>

#include "ground/git/repository.h"
#include "ground/git/trees.h"
#include "ground/os/files.h"
#include "loop/pipeline/path_pattern.h"
#include "loop/repository/objects.h"

namespace cairn::pipeline {
namespace {

constexpr std::size_t kMostNamed = 20;

bool FitsAny(const std::string& path, const std::vector<std::string>& patterns) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [&](const auto& pattern) { return FitsPattern(path, pattern); });
}

/// The paths of which one of two sorted lists has another content, or that only one has.
std::vector<std::string> Changed(const std::vector<git::TreeFile>& before,
                                 const std::vector<git::TreeFile>& now) {
  std::vector<std::string> paths;
  std::size_t a = 0, b = 0;
  while (a < before.size() || b < now.size()) {
    const bool first = b == now.size() || (a < before.size() && before[a].path < now[b].path);
    const bool second = !first && (a == before.size() || now[b].path < before[a].path);
    const bool same = !first && !second && before[a].blob == now[b].blob &&
                      before[a].executable == now[b].executable && before[a].link == now[b].link;
    if (!same) paths.push_back(second ? now[b].path : before[a].path);
    if (!second) ++a;
    if (!first) ++b;
  }
  return paths;
}

}  // namespace

struct Watch::Repository {
  explicit Repository(git::Repository opened)
      : git(std::move(opened)), trees(git, [](std::string_view) { return true; }) {}

  /// What changed below `folder` between two commits; everything where the first is not there any more.
  Result<std::vector<std::string>> ChangedBelow(const std::string& folder, const std::string& before,
                                                const std::string& now) {
    const auto files = [&](const std::string& commit) -> Result<std::vector<git::TreeFile>> {
      const auto found = git.Find(commit);
      if (!found && found.error().reason == Reason::NotFound) return std::vector<git::TreeFile>();
      if (!found) return found.error();
      return trees.Files(found->tree);
    };
    std::vector<std::string> below;
    for (auto& path : Changed(CAIRN_TRY(files(before)), CAIRN_TRY(files(now)))) {
      if (path.starts_with(folder)) below.push_back(path.substr(folder.size()));
    }
    return below;
  }

  git::Repository git;
  git::Trees trees;
};

Watch::Watch(std::string project, const std::string& data_dir, Newest newest)
    : project_(std::move(project)),
      newest_(std::move(newest)),
      index_(repository::StatIndex::Open(os::JoinPath(data_dir, "watched"))),
      remote_(project_) {}
Watch::~Watch() = default;

Result<Sight> Watch::Look(const TriggerRule& rule, const std::string& before) {
  if (!rule.path.empty()) return AtPath(rule, before);
  if (!rule.ref.empty()) return AtRef(rule, before);
  if (rule.remote.IsSet()) return AtRemote(rule, before);
  const std::int64_t version = CAIRN_TRY(newest_(rule.dataset));
  return Sight{std::to_string(version), Json{{"dataset", rule.dataset}, {"version", version}}, version > 0};
}

Result<Sight> Watch::AtPath(const TriggerRule& rule, const std::string& before) {
  const auto found = repository::TakeSnapshot(os::JoinPath(project_, rule.path), index_);
  if (!found && found.error().reason == Reason::NotFound) return Sight{before};
  if (!found) return found.error();
  return Sight{
      found->md5,
      Json{{"path", rule.path}, {"md5", found->md5}, {"size", static_cast<std::int64_t>(found->size)}}};
}

Result<Sight> Watch::AtRemote(const TriggerRule& rule, const std::string& before) {
  auto found = remote_.Look(rule.name, rule.remote, before);
  if (!found) return Error{Reason::Conflict, "the look at " + rule.remote.Shown() + " is under way"};
  if (!*found) return std::move(*found).error();
  if ((*found)->seen.empty()) return Sight{before};
  return Sight{(*found)->seen, (*found)->detail};
}

void Watch::Forget(const std::string& trigger) { remote_.Forget(trigger); }

Result<Sight> Watch::AtRef(const TriggerRule& rule, const std::string& before) {
  if (!repository_) repository_ = std::make_unique<Repository>(CAIRN_TRY(git::Repository::Open(project_)));
  const std::string commit = CAIRN_TRY(repository_->git.Resolve(rule.ref));
  Sight sight{commit, Json{{"ref", rule.ref}, {"commit", commit}}};
  if (before.empty() || before == commit) return sight;
  const std::string& root = repository_->git.work_tree();
  std::string folder;
  if (project_.size() > root.size() && project_.starts_with(root + "/"))
    folder = project_.substr(root.size() + 1) + "/";
  Json named = Json::Array();
  std::int64_t count = 0;
  for (const auto& path : CAIRN_TRY(repository_->ChangedBelow(folder, before, commit))) {
    if (FitsAny(path, rule.paths) && static_cast<std::size_t>(++count) <= kMostNamed) named.Push(path);
  }
  sight.counts = count > 0;
  sight.detail.Set("before", before);
  sight.detail.Set("changed", count);
  sight.detail.Set("paths", std::move(named));
  return sight;
}

}  // namespace cairn::pipeline

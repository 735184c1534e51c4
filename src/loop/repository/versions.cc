#include "loop/repository/versions.h"

#include <algorithm>
#include <map>
#include <set>

#include "ground/git/repository.h"
#include "ground/git/trees.h"
#include "ground/os/files.h"
#include "ground/os/walk.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kBranches = "refs/heads/", kTags = "refs/tags/", kExperiments = "refs/exps/";
constexpr std::size_t kShortId = 7;

/// Reads what commits track; commits that say the same share one answer.
class CommitReader {
 public:
  CommitReader(const git::Repository& repository, std::string prefix)
      : repository_(repository), prefix_(std::move(prefix)), trees_(repository, IsTrackingFile) {}

  Result<std::shared_ptr<const std::vector<TrackedPath>>> TrackedBy(const git::Commit& commit) {
    std::map<std::string, std::string> blobs;
    std::string said;
    Texts texts;
    for (auto& file : CAIRN_TRY(trees_.Files(commit.tree))) {
      if (file.link || !file.path.starts_with(prefix_)) continue;
      texts.files.push_back(file.path.substr(prefix_.size()));
      said += texts.files.back() + '\0' + file.blob;
      blobs.emplace(texts.files.back(), std::move(file.blob));
    }
    auto& known = known_[said];
    if (known) return known;
    texts.read = [&](const std::string& file) -> Result<std::string> {
      const auto found = blobs.find(file);
      if (found != blobs.end()) return repository_.Read(found->second);
      return Error{Reason::NotFound, "there is no '" + file + "' in that commit"};
    };
    auto tracked = TrackedIn(texts);
    if (!tracked)
      return Error{tracked.error().reason,
                   "in the commit " + commit.id.substr(0, kShortId) + ": " + tracked.error().message};
    return known = std::make_shared<const std::vector<TrackedPath>>(*std::move(tracked));
  }

 private:
  const git::Repository& repository_;
  const std::string prefix_;
  git::Trees trees_;
  std::map<std::string, std::shared_ptr<const std::vector<TrackedPath>>> known_;
};

/// Commits, each with the names by which it was asked for.
using Wanted = std::map<std::string, std::vector<std::string>>;

std::vector<std::string> CommitsOf(const std::vector<git::Reference>& references) {
  std::vector<std::string> commits;
  for (const auto& reference : references) commits.push_back(reference.commit);
  return commits;
}

/// `name` and what lies before it along first parents.
Result<> AddWithPast(const git::Repository& repository, const std::string& name, int back, Wanted& wanted) {
  wanted[CAIRN_TRY(repository.Resolve(name))].push_back(name);
  for (int n = 1; n < back; ++n) {
    const std::string before = name + "~" + std::to_string(n);
    const auto commit = repository.Resolve(before);
    if (!commit && commit.error().reason == Reason::NotFound) break;
    wanted[CAIRN_TRY(commit)].push_back(before);
  }
  return Done{};
}

/// The commits of each experiment down to the one that it began from.
Result<> AddExperiments(const git::Repository& repository, Wanted& wanted) {
  for (const auto& reference : CAIRN_TRY(repository.References(std::string(kExperiments) + "*"))) {
    // refs/exps/ab/cdef…/name says where it began.
    const std::string rest = reference.name.substr(kExperiments.size());
    const auto name = rest.find('/', 3);
    if (name == std::string::npos || rest.size() < 4 || rest[2] != '/') continue;
    const std::string begun = rest.substr(0, 2) + rest.substr(3, name - 3);
    const std::string from[] = {reference.commit};
    for (const auto& commit : CAIRN_TRY(repository.History(from))) {
      if (commit.id == begun) break;
      wanted[commit.id].push_back(rest.substr(name + 1));
    }
  }
  return Done{};
}

Result<> AddHistory(const git::Repository& repository, const Scope& scope, Wanted& wanted) {
  auto from = CommitsOf(CAIRN_TRY(repository.References("refs/*")));
  if (auto head = repository.Resolve("HEAD")) from.push_back(*std::move(head));
  for (const auto& commit : CAIRN_TRY(repository.History(from))) {
    if (scope.commits || commit.time_ms >= *scope.since) wanted[commit.id];
  }
  return Done{};
}

Result<Wanted> CommitsIn(const git::Repository& repository, const Scope& scope) {
  Wanted wanted;
  for (const auto& revision : scope.revisions)
    CAIRN_TRY(AddWithPast(repository, revision, scope.back, wanted));
  if (scope.branches) {
    for (const auto& reference : CAIRN_TRY(repository.References(std::string(kBranches) + "*")))
      CAIRN_TRY(AddWithPast(repository, reference.name, scope.back, wanted));
  }
  if (scope.tags) {
    for (const auto& reference : CAIRN_TRY(repository.References(std::string(kTags) + "*")))
      wanted[reference.commit].push_back(reference.name);
  }
  if (scope.experiments) CAIRN_TRY(AddExperiments(repository, wanted));
  if (scope.commits || scope.since) CAIRN_TRY(AddHistory(repository, scope, wanted));
  return wanted;
}

std::string ShortName(const std::string& name) {
  for (const auto prefix : {kBranches, kTags}) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  return name;
}

/// Where the repository lies in git's work tree: "" or "sub/folder/".
Result<std::string> PrefixOf(const std::string& root, const git::Repository& repository) {
  const std::string real = CAIRN_TRY(os::RealPath(root)), tree = repository.work_tree();
  if (real == tree) return std::string();
  if (real.starts_with(tree + "/")) return real.substr(tree.size() + 1) + "/";
  return Error{Reason::NotFound, "'" + root + "' does not lie in git's work tree '" + tree + "'"};
}

class TextFilesOnly final : public os::WalkRules {
  Result<std::shared_ptr<const os::WalkRules>> In(const os::WalkedFolder&) const override {
    return std::shared_ptr<const os::WalkRules>();
  }
  bool LeaveOut(std::string_view, std::string_view name, bool is_folder) const override {
    return is_folder ? name == ".git" || name == ".dvc" : !IsTrackingFile(name);
  }
};

}  // namespace

Result<Texts> TextsOfWorkspace(const std::string& root) {
  Texts texts;
  const auto walk = CAIRN_TRY(os::WalkTree(root, os::Detail::Names, std::make_shared<TextFilesOnly>()));
  for (const auto& folder : walk.folders) {
    for (const auto& entry : folder.entries) {
      if (entry.kind != os::FileKind::File) continue;
      texts.files.push_back(folder.path.empty() ? std::string(entry.name)
                                                : folder.path + "/" + std::string(entry.name));
    }
  }
  std::sort(texts.files.begin(), texts.files.end());
  texts.read = [root](const std::string& file) { return os::ReadFile(os::JoinPath(root, file)); };
  return texts;
}

Result<std::vector<Version>> VersionsIn(const std::string& root, const Scope& scope, const Texts& workspace) {
  std::vector<Version> versions;
  if (scope.workspace) {
    versions.push_back({{"workspace"},
                        "",
                        "",
                        0,
                        std::make_shared<const std::vector<TrackedPath>>(CAIRN_TRY(TrackedIn(workspace)))});
  }
  if (!scope.NeedsGit()) return versions;
  const auto repository = CAIRN_TRY(git::Repository::Open(root));
  CommitReader reader(repository, CAIRN_TRY(PrefixOf(root, repository)));
  const std::size_t first = versions.size();
  for (const auto& [id, names] : CAIRN_TRY(CommitsIn(repository, scope))) {
    const auto commit = CAIRN_TRY(repository.Find(id));
    Version version{{}, id, commit.summary, commit.time_ms, CAIRN_TRY(reader.TrackedBy(commit))};
    for (const auto& name : names) {
      const std::string shown = ShortName(name);
      if (std::find(version.names.begin(), version.names.end(), shown) == version.names.end())
        version.names.push_back(shown);
    }
    if (version.names.empty()) version.names.push_back(id.substr(0, kShortId));
    versions.push_back(std::move(version));
  }
  std::stable_sort(versions.begin() + static_cast<std::ptrdiff_t>(first), versions.end(),
                   [](const Version& a, const Version& b) { return a.time_ms > b.time_ms; });
  return versions;
}

}  // namespace cairn::repository

#include "loop/sweep/bring.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/project.h"
#include "loop/sweep/git.h"
#include "loop/sweep/share.h"

namespace cairn::sweep {
namespace {

bool SameBytes(const std::string& a, const std::string& b) {
  const auto left = os::ReadFile(a), right = os::ReadFile(b);
  return left && right && *left == *right;
}

/// Whether git has the file as it is.
bool Committed(const Base& base, const std::string& path) {
  return !base.source.commit.empty() && Git(base.root, {"ls-files", "--error-unmatch", "--", path}) &&
         Git(base.root, {"diff", "--quiet", "HEAD", "--", path});
}

/// The files that the trial changed and that are not as it had them.
struct Files {
  std::vector<std::string> differ;
  std::vector<std::string> unsaved;
};

Result<Files> LookAtFiles(const Base& base, const Trial& trial, const std::string& kept,
                          const std::vector<std::string>& outs) {
  Files files;
  for (const auto& path : trial.kept) {
    const std::string mine = os::JoinPath(base.root, path), theirs = os::JoinPath(kept, path);
    if (!os::Exists(theirs))
      return Error{Reason::NotFound,
                   "what trial " + trial.Id() + " changed is not kept any more: '" + theirs + "' is missing"};
    if (os::IsFolder(theirs) || SameBytes(mine, theirs)) continue;
    files.differ.push_back(path);
    const bool out = std::find(outs.begin(), outs.end(), path) != outs.end();
    if (out || !os::Exists(mine) || Committed(base, path)) continue;
    if (!SameBytes(mine, os::JoinPath(os::JoinPath(base.folder, "tree"), path)))
      files.unsaved.push_back(path);
  }
  return files;
}

std::string FromRoot(const Base& base, const std::string& path) {
  return base.below.empty() ? path : os::JoinPath(base.below, path);
}

/// What dvc.lock of the caller's project says of a path; "" when nothing.
std::string LockedHere(const pipeline::Lock& lock, const pipeline::Definition& definition,
                       const std::string& path) {
  for (const auto& locked : lock.stages) {
    const pipeline::Stage* stage = definition.Find(locked.name);
    if (!stage) continue;
    for (const auto& out : locked.outs) {
      if (path == out.path || path == os::JoinPath(stage->wdir, out.path)) return out.md5;
    }
  }
  return "";
}

struct Outs {
  std::vector<const pipeline::LockedPath*> differ;
  std::vector<std::string> unsaved;
};

Result<Outs> LookAtOuts(const Base& base, const Trial& trial, const std::string& data_dir) {
  const repository::Objects objects(base.cache);
  auto index = repository::StatIndex::Open(os::JoinPath(data_dir, "digests"));
  const auto lock = CAIRN_TRY(pipeline::ReadLock(base.project));
  const auto definition = CAIRN_TRY(pipeline::ReadDefinition(base.project));
  Outs outs;
  for (const auto& out : trial.outs) {
    const auto now = repository::TakeSnapshot(os::JoinPath(base.project, out.path), index);
    if (!now && now.error().reason != Reason::NotFound) return now.error();
    if (now && now->md5 == out.md5) continue;
    outs.differ.push_back(&out);
    if (!now || objects.HasAll(*now) || LockedHere(lock, definition, out.path) == now->md5) continue;
    if (!Committed(base, FromRoot(base, out.path))) outs.unsaved.push_back(FromRoot(base, out.path));
  }
  return outs;
}

Result<> CheckCached(const Base& base, const Trial& trial, const Outs& outs) {
  const repository::Objects objects(base.cache);
  for (const auto* out : outs.differ) {
    const auto& kept = trial.kept;
    const std::string path = FromRoot(base, out->path);
    if (objects.Has(out->md5) || std::find(kept.begin(), kept.end(), path) != kept.end()) continue;
    return Error{Reason::NotFound, "'" + out->path + "' of trial " + trial.Id() +
                                       " is not in the cache any more: fetch it (`cairn data fetch`), or run "
                                       "the trial's parameters again"};
  }
  return Done{};
}

Result<> CheckWhole(const Trial& trial) {
  const Setting* share = FindShare(trial.settings);
  if (!share) return Done{};
  return Error{Reason::Conflict, "trial " + trial.Id() +
                                     " belongs to a learning curve and saw only a share of '" + share->file +
                                     "': there is nothing in it for the project"};
}

}  // namespace

Result<std::vector<std::string>> Apply(const Base& base, const Trial& trial, const std::string& kept,
                                       const std::string& data_dir, Unsaved unsaved) {
  if (trial.state != TrialState::Finished)
    return Error{Reason::Conflict, "trial " + trial.Id() + " is " + NameOf(trial.state) +
                                       ": only one that finished can be brought into the project"};
  CAIRN_TRY(CheckWhole(trial));
  auto project = CAIRN_TRY(pipeline::Project::Open(base.project, data_dir));
  CAIRN_TRY(project->Claim());
  std::vector<std::string> paths;
  for (const auto& out : trial.outs) paths.push_back(FromRoot(base, out.path));
  const Files files = CAIRN_TRY(LookAtFiles(base, trial, kept, paths));
  const Outs outs = CAIRN_TRY(LookAtOuts(base, trial, data_dir));
  std::vector<std::string> lost = files.unsaved;
  lost.insert(lost.end(), outs.unsaved.begin(), outs.unsaved.end());
  if (!lost.empty() && unsaved == Unsaved::Refuse) {
    return Error{Reason::Conflict, "changes that are saved nowhere would be lost: " + Join(lost, ", ") +
                                       "; commit them, put them elsewhere, or overwrite them with --force"};
  }
  CAIRN_TRY(CheckCached(base, trial, outs));
  std::vector<std::string> changed;
  for (const auto* out : outs.differ) {
    const std::string at = os::JoinPath(base.project, out->path),
                      theirs = os::JoinPath(kept, FromRoot(base, out->path));
    CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
    changed.push_back(FromRoot(base, out->path));
    if (os::Exists(theirs) && !os::IsFolder(theirs)) continue;
    CAIRN_TRY(repository::Objects(base.cache).Checkout(out->md5, at));
  }
  for (const auto& path : files.differ) {
    const std::string at = os::JoinPath(base.root, path);
    const auto status = CAIRN_TRY(os::Stat(os::JoinPath(kept, path)));
    CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
    CAIRN_TRY(os::WriteFileAtomically(at, CAIRN_TRY(os::ReadFile(os::JoinPath(kept, path))), status.mode));
    changed.push_back(path);
  }
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  return changed;
}

Result<std::string> Branch(const Base& base, const Trial& trial, const std::string& kept,
                           const std::string& name) {
  if (base.source.commit.empty())
    return Error{Reason::Unsupported, "'" + base.project + "' is in no git repository, which a branch needs"};
  if (trial.state != TrialState::Finished)
    return Error{Reason::Conflict, "trial " + trial.Id() + " is " + NameOf(trial.state) +
                                       ": only one that finished becomes a branch"};
  CAIRN_TRY(CheckWhole(trial));
  if (Git(base.root, {"rev-parse", "--verify", "--quiet", "refs/heads/" + name}))
    return Error{Reason::AlreadyExists, "there is a branch '" + name + "' already"};
  const std::string git(Trim(CAIRN_TRY(Git(base.root, {"rev-parse", "--absolute-git-dir"}))));
  const auto scratch = CAIRN_TRY(os::TempFolder::Create());
  const std::vector<std::pair<std::string, std::string>> index{{"GIT_INDEX_FILE", scratch / "index"}};
  const auto add = [&](const std::string& folder) -> Result<> {
    // git adds no empty folder.
    if (!os::IsFolder(folder) || CAIRN_TRY(os::ListFolder(folder)).empty()) return Done{};
    CAIRN_TRY(Git(folder,
                  {"--git-dir=" + git, "--work-tree=" + folder, "add", "--force", "--ignore-removal", "."},
                  index));
    return Done{};
  };
  CAIRN_TRY(Git(base.root, {"read-tree", base.source.commit}, index));
  CAIRN_TRY(add(CAIRN_TRY(os::RealPath(os::JoinPath(base.folder, "tree")))));
  if (os::IsFolder(kept)) CAIRN_TRY(add(CAIRN_TRY(os::RealPath(kept))));
  const std::string tree(Trim(CAIRN_TRY(Git(base.root, {"write-tree"}, index))));
  std::string message = "Try";
  for (const auto& one : trial.settings) message += " " + one.key + "=" + one.value.Dump();
  message += " (trial " + trial.Id() + ")";
  std::string commit(
      Trim(CAIRN_TRY(Git(base.root, {"commit-tree", tree, "-p", base.source.commit, "-m", message}))));
  CAIRN_TRY(Git(base.root, {"branch", name, commit}));
  return commit;
}

}  // namespace cairn::sweep

#include "loop/pipeline/replay.h"

#include <algorithm>
#include <map>
#include <set>

#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/repository/objects.h"
#include "loop/repository/outside.h"

namespace cairn::pipeline {
namespace {

/// What the shell command prints in `folder`, with these variables; Conflict with its own words when it
/// fails.
Result<std::string> Shell(const std::string& folder, const std::string& text,
                          std::vector<std::pair<std::string, std::optional<std::string>>> variables) {
  std::string printed;
  os::Command command = os::Command::Shell(text);
  command.folder = folder;
  command.environment = std::move(variables);
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"})
    command.environment.emplace_back(name, std::nullopt);
  command.bytes = [&printed](os::Stream, std::string_view bytes) { printed += bytes; };
  auto process = CAIRN_TRY(os::Process::Spawn(std::move(command)));
  if (process.Wait()->Succeeded()) return std::string(Trim(printed));
  return Error{Reason::Conflict, std::string(Trim(printed))};
}

Result<> FilesOfRevision(const RunRecord& run, const std::string& into) {
  const auto unpacked = Shell(run.project,
                              "git archive --format=tar \"$COMMIT\":./ > \"$INTO/.tar\" && tar -xf "
                              "\"$INTO/.tar\" -C \"$INTO\" && rm \"$INTO/.tar\"",
                              {{"COMMIT", run.source.commit}, {"INTO", CAIRN_TRY(os::RealPath(into))}});
  if (!unpacked) {
    return Error{Reason::NotFound, "the files of commit " + run.source.commit +
                                       " cannot be had any more: " + unpacked.error().message};
  }
  return Done{};
}

Result<> Change(const RunRecord& run, const std::string& project) {
  if (!run.source.dirty) return Done{};
  const std::string file = run.environment.At("changes").Text("file");
  if (file.empty() || !os::Exists(file)) {
    return Error{Reason::NotFound, "run " + run.id + " began from files that differed from commit " +
                                       run.source.commit + ", and how is not kept any more"};
  }
  // A ceiling, so that the folder counts as no part of a repository around it.
  const auto applied = Shell(project, "test ! -s \"$CHANGES\" || git apply --whitespace=nowarn \"$CHANGES\"",
                             {{"CHANGES", file}, {"GIT_CEILING_DIRECTORIES", os::ParentOf(project)}});
  if (applied) return Done{};
  return Error{Reason::Conflict,
               "the changes that run " + run.id + " began from do not fit: " + applied.error().message};
}

}  // namespace

Result<std::string> LayOutAgain(const RunRecord& run, const std::string& into) {
  if (run.source.commit.empty()) {
    return Error{Reason::Unsupported,
                 "run " + run.id + " began outside of git, so that its files cannot be had again"};
  }
  CAIRN_TRY(os::MakeFolders(into));
  CAIRN_TRY(FilesOfRevision(run, into));
  const std::string project = CAIRN_TRY(os::RealPath(into));
  CAIRN_TRY(Change(run, project));
  const repository::Objects objects(CacheOf(DvcRootOf(run.project)));
  std::set<std::string> made;
  for (const StageRecord& stage : run.stages) {
    for (const LockedPath& read : stage.reads) {
      const std::string at = os::JoinPath(project, read.path);
      if (made.contains(read.path) || os::Exists(at)) continue;
      // What lies outside is read where it lies; whether it is another now, the new run tells.
      if (read.path.starts_with('/') || repository::IsAddress(read.path)) continue;
      if (read.path.starts_with("../")) {
        return Error{Reason::Unsupported, "stage '" + stage.name + "' read '" + read.path +
                                              "', which lies outside of the project: a stage that is run "
                                              "again elsewhere finds it only by its whole path"};
      }
      CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
      const auto had = objects.Checkout(read.md5, at);
      if (!had) {
        return Error{had.error().reason, "stage '" + stage.name + "' read '" + read.path +
                                             "', which is not in git: " + had.error().message};
      }
    }
    for (const LockedPath& out : stage.makes) made.insert(out.path);
  }
  return project;
}

std::vector<Difference> DifferencesOf(const RunRecord& run, const RunRecord& again) {
  std::vector<Difference> differences;
  const auto compare = [&](const StageRecord& stage, Difference::Of of, const std::vector<LockedPath>& was,
                           const std::vector<LockedPath>& is) {
    std::map<std::string, std::pair<std::string, std::string>> digests;
    for (const auto& path : was) digests[path.path].first = path.md5;
    for (const auto& path : is) digests[path.path].second = path.md5;
    for (const auto& [path, both] : digests) {
      if (both.first != both.second) differences.push_back({stage.name, of, path, both.first, both.second});
    }
  };
  for (const StageRecord& stage : run.stages) {
    const auto other = std::find_if(again.stages.begin(), again.stages.end(),
                                    [&](const StageRecord& one) { return one.name == stage.name; });
    if (other == again.stages.end() || stage.state != StageState::Finished ||
        other->state != StageState::Finished)
      continue;
    compare(stage, Difference::Of::Input, stage.reads, other->reads);
    compare(stage, Difference::Of::Output, stage.makes, other->makes);
  }
  return differences;
}

}  // namespace cairn::pipeline

#include <algorithm>

#include "ground/os/files.h"
#include "loop/pipeline/outside.h"
#include "loop/pipeline/parameters.h"
#include "loop/pipeline/plan.h"

namespace cairn::pipeline {
namespace {

LockedPath Locked(const Stage& stage, const std::string& path, const repository::Snapshot& snapshot) {
  LockedPath locked{WrittenPath(stage, path), snapshot.md5, snapshot.size, std::nullopt, snapshot.executable};
  if (snapshot.folder) locked.nfiles = static_cast<std::int64_t>(snapshot.listing->files().size());
  return locked;
}

bool ByPath(const LockedPath& a, const LockedPath& b) { return a.path < b.path; }

}  // namespace

Result<std::vector<Json::Member>> ValuesOf(const std::string& project, const Params& params) {
  const Json values = CAIRN_TRY(ReadParams(project, params.file));
  std::vector<Json::Member> found;
  if (params.keys.empty()) {
    found = values.members();
  } else {
    for (const auto& key : params.keys) {
      if (const Json* value = FindDotted(values, key)) found.emplace_back(key, *value);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return found;
}

void AddInput(const Stage& stage, const std::string& dep, const repository::Snapshot& snapshot,
              LockedStage& locked) {
  LockedPath path = Locked(stage, dep, snapshot);
  locked.deps.insert(std::upper_bound(locked.deps.begin(), locked.deps.end(), path, ByPath), std::move(path));
}

Result<LockedStage> ObserveInputs(const std::string& project, const Stage& stage,
                                  repository::StatIndex& index, std::string_view left_out) {
  LockedStage locked;
  locked.name = stage.name;
  locked.cmd = stage.cmd;
  for (const auto& dep : stage.deps) {
    if (dep == left_out) continue;
    const auto snapshot = repository::TakeSnapshot(os::JoinPath(project, dep), index);
    if (!snapshot && snapshot.error().reason == Reason::NotFound) {
      return Error{Reason::NotFound, "stage '" + stage.name + "' needs '" + dep + "', which is not there"};
    }
    if (!snapshot) return snapshot.error();
    locked.deps.push_back(Locked(stage, dep, *snapshot));
  }
  for (const auto& dep : stage.outside)
    locked.deps.push_back(CAIRN_TRY(LookOutside(project, stage, dep, index)));
  for (const Params& params : stage.params) {
    auto values = CAIRN_TRY(ValuesOf(project, params));
    for (const auto& key : params.keys) {
      const bool found = std::any_of(values.begin(), values.end(),
                                     [&](const Json::Member& value) { return value.first == key; });
      if (!found)
        return Error{Reason::NotFound, "stage '" + stage.name + "' needs the parameter '" + key +
                                           "', which " + params.file + " does not hold"};
    }
    locked.params.emplace_back(WrittenPath(stage, params.file), std::move(values));
  }
  for (const auto& file : stage.environment) {
    const auto snapshot = repository::TakeSnapshot(os::JoinPath(project, file), index);
    if (!snapshot && snapshot.error().reason == Reason::NotFound) {
      return Error{Reason::NotFound, "the environment of stage '" + stage.name + "' is pinned by '" + file +
                                         "', which is not there"};
    }
    if (!snapshot) return snapshot.error();
    locked.environment.emplace_back(file, snapshot->md5);
  }
  std::sort(locked.deps.begin(), locked.deps.end(), ByPath);
  std::sort(locked.params.begin(), locked.params.end(), [](const auto& a, const auto& b) {
    const bool a_first = a.first == "params.yaml", b_first = b.first == "params.yaml";
    return a_first != b_first ? a_first : a.first < b.first;
  });
  return locked;
}

Result<> CheckFrozen(const std::string& project, const Stage& stage) {
  for (const Out& out : stage.outs) {
    if (!os::Exists(os::JoinPath(project, out.path)))
      return Error{Reason::NotFound, "stage '" + stage.name + "' is frozen and does not run, and its out '" +
                                         out.path +
                                         "' is not there: bring it back (cairn data checkout), or take "
                                         "'frozen' out of dvc.yaml so that it is made"};
  }
  return Done{};
}

Result<std::vector<MadeOut>> ObserveOuts(const std::string& project, const Stage& stage,
                                         repository::StatIndex& index, LockedStage& locked) {
  std::vector<MadeOut> made;
  locked.outs.clear();
  for (const Out& out : stage.outs) {
    auto snapshot = repository::TakeSnapshot(os::JoinPath(project, out.path), index);
    if (!snapshot && snapshot.error().reason == Reason::NotFound) {
      return Error{Reason::NotFound, "stage '" + stage.name + "' ended well but did not make '" + out.path +
                                         "': let its command write it, or take it from 'outs'"};
    }
    if (!snapshot) return std::move(snapshot).error();
    locked.outs.push_back(Locked(stage, out.path, *snapshot));
    made.push_back({&out, *std::move(snapshot)});
  }
  std::sort(locked.outs.begin(), locked.outs.end(), ByPath);
  return made;
}

}  // namespace cairn::pipeline

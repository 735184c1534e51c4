#include "loop/pipeline/plan.h"

#include <algorithm>
#include <set>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::pipeline {
namespace {

/// `path` (relative to the project) as DVC writes it in the lock: relative to the stage's wdir.
std::string FromWdir(const Stage& stage, const std::string& path) {
  if (stage.wdir == ".") return path;
  if (path.starts_with(stage.wdir + "/")) return path.substr(stage.wdir.size() + 1);
  auto base = Split(stage.wdir, '/'), target = Split(path, '/');
  std::size_t common = 0;
  while (common < base.size() && common < target.size() && base[common] == target[common]) ++common;
  std::vector<std::string> parts(base.size() - common, "..");
  for (std::size_t i = common; i < target.size(); ++i) parts.emplace_back(target[i]);
  return Join(parts, "/");
}

LockedPath Locked(const Stage& stage, const std::string& path, const repository::Snapshot& snapshot) {
  LockedPath locked{FromWdir(stage, path), snapshot.md5, snapshot.size, std::nullopt, snapshot.executable};
  if (snapshot.folder) locked.nfiles = static_cast<std::int64_t>(snapshot.listing->files().size());
  return locked;
}

bool ByPath(const LockedPath& a, const LockedPath& b) { return a.path < b.path; }

Cause::Level LevelOf(const std::string& path) {
  static constexpr std::string_view kCode[] = {".py",    ".r",  ".R", ".sh",   ".jl",   ".sql",
                                               ".ipynb", ".cc", ".h", ".java", ".scala"};
  static constexpr std::string_view kModel[] = {
      ".onnx", ".pkl",  ".joblib",  ".pt",  ".pth", ".safetensors", ".h5",  ".keras", ".tflite",
      ".gguf", ".pmml", ".mlmodel", ".bst", ".cbm", ".skops",       ".ubj", ".pickle"};
  const auto ends_in = [&](std::string_view ending) { return path.ends_with(ending); };
  if (std::any_of(std::begin(kCode), std::end(kCode), ends_in)) return Cause::Level::Code;
  return std::any_of(std::begin(kModel), std::end(kModel), ends_in) ? Cause::Level::Model
                                                                    : Cause::Level::Data;
}

std::string Shown(const Json* value) {
  if (!value) return "nothing";
  return value->IsString() ? "'" + value->AsString() + "'" : value->Dump();
}

/// The current values of a stage's parameters from one file: the keys asked for, or all of them.
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

/// Collects the causes of one stage.
class Comparison {
 public:
  Comparison(const std::string& project, const Stage& stage, const LockedStage* locked,
             const repository::Objects& objects, repository::StatIndex& index)
      : project_(project), stage_(stage), locked_(locked), objects_(objects), index_(index) {}

  Result<std::vector<Cause>> Run(const std::set<std::string>& remade) {
    if (stage_.always_changed || (stage_.deps.empty() && stage_.params.empty() && stage_.outs.empty())) {
      Add(Cause::Level::Always, stage_.name,
          stage_.always_changed ? "it is marked always_changed" : "it has neither deps nor outs");
    }
    if (!locked_) {
      Add(Cause::Level::Never, stage_.name, "it has not run yet");
      return std::move(causes_);
    }
    if (!(locked_->cmd == stage_.cmd)) Add(Cause::Level::Command, "cmd", "its command changed");
    // What it reads does not move a frozen stage, and parameters are read.
    if (!stage_.frozen) {
      CAIRN_TRY(CompareDeps(remade));
      CAIRN_TRY(CompareParams());
      CAIRN_TRY(CompareEnvironment());
    }
    CAIRN_TRY(CompareOuts());
    return std::move(causes_);
  }

 private:
  void Add(Cause::Level level, const std::string& subject, std::string sentence) {
    causes_.push_back({level, subject, std::move(sentence)});
  }

  Result<> CompareDeps(const std::set<std::string>& remade) {
    for (const auto& dep : stage_.deps) {
      const bool made_anew = std::any_of(remade.begin(), remade.end(),
                                         [&](const std::string& out) { return Overlap(dep, out); });
      if (made_anew) continue;  // its maker runs first and is named as the cause
      const LockedPath* before = locked_->FindDep(FromWdir(stage_, dep));
      const auto now = repository::TakeSnapshot(os::JoinPath(project_, dep), index_);
      if (!now && now.error().reason != Reason::NotFound) return now.error();
      if (!now) {
        Add(LevelOf(dep), dep, dep + " is missing");
      } else if (!before) {
        Add(LevelOf(dep), dep, dep + " is a new dependency");
      } else if (before->md5 != now->md5) {
        Add(LevelOf(dep), dep, dep + " changed");
      }
    }
    for (const auto& before : locked_->deps) {
      const bool still = std::any_of(stage_.deps.begin(), stage_.deps.end(), [&](const std::string& dep) {
        return FromWdir(stage_, dep) == before.path;
      });
      if (!still) Add(LevelOf(before.path), before.path, before.path + " is no dependency any more");
    }
    return Done{};
  }

  Result<> CompareParams() {
    for (const Params& params : stage_.params) {
      const auto now = ValuesOf(project_, params);
      if (!now && now.error().reason != Reason::NotFound) return now.error();
      const std::string file = FromWdir(stage_, params.file);
      const auto before = std::find_if(locked_->params.begin(), locked_->params.end(),
                                       [&](const LockedParams& one) { return one.first == file; });
      Json was = Json::Object(), is = Json::Object();
      if (before != locked_->params.end()) {
        for (const auto& [key, value] : before->second) was.Set(key, value);
      }
      if (now) {
        for (const auto& [key, value] : *now) is.Set(key, value);
      }
      std::set<std::string> keys;
      for (const auto& member : was.members()) keys.insert(member.first);
      for (const auto& member : is.members()) keys.insert(member.first);
      for (const auto& key : keys) {
        const Json *old_value = was.Find(key), *new_value = is.Find(key);
        if (old_value && new_value && EqualParams(*old_value, *new_value)) continue;
        const bool asked = new_value || params.keys.empty() ||
                           std::find(params.keys.begin(), params.keys.end(), key) != params.keys.end();
        if (!asked) {
          Add(Cause::Level::Params, key, file + ": " + key + " is no parameter any more");
          continue;
        }
        Add(Cause::Level::Params, key,
            file + ": " + key + " changed from " + Shown(old_value) + " to " + Shown(new_value));
      }
    }
    return Done{};
  }

  /// What `dvc` ran has no known environment, and so none that differs.
  Result<> CompareEnvironment() {
    if (locked_->environment.empty()) return Done{};
    const auto known = [&](const std::string& file) {
      return std::find_if(locked_->environment.begin(), locked_->environment.end(),
                          [&](const auto& one) { return one.first == file; });
    };
    for (const auto& file : stage_.environment) {
      const auto before = known(file);
      const auto now = repository::TakeSnapshot(os::JoinPath(project_, file), index_);
      if (!now && now.error().reason != Reason::NotFound) return now.error();
      if (!now) {
        Add(Cause::Level::Environment, file, file + ", which pins its environment, is missing");
      } else if (before == locked_->environment.end()) {
        Add(Cause::Level::Environment, file, file + " pins its environment now");
      } else if (before->second != now->md5) {
        Add(Cause::Level::Environment, file, file + ", which pins its environment, changed");
      }
    }
    for (const auto& [file, md5] : locked_->environment) {
      const auto& asked = stage_.environment;
      if (std::find(asked.begin(), asked.end(), file) == asked.end())
        Add(Cause::Level::Environment, file, file + " pins its environment no more");
    }
    return Done{};
  }

  Result<> CompareOuts() {
    for (const Out& out : stage_.outs) {
      const LockedPath* before = locked_->FindOut(FromWdir(stage_, out.path));
      const auto now = repository::TakeSnapshot(os::JoinPath(project_, out.path), index_);
      if (!now && now.error().reason != Reason::NotFound) return now.error();
      if (!before) {
        Add(Cause::Level::Output, out.path, out.path + " is a new output");
      } else if (!now) {
        Add(Cause::Level::Output, out.path, out.path + " is missing");
      } else if (now->md5 != before->md5) {
        Add(Cause::Level::Output, out.path, out.path + " is not what the stage made");
      } else if (out.cache && !objects_.HasAll(*now)) {
        Add(Cause::Level::Output, out.path, out.path + " is not in the cache");
      }
    }
    return Done{};
  }

  const std::string& project_;
  const Stage& stage_;
  const LockedStage* locked_;
  const repository::Objects& objects_;
  repository::StatIndex& index_;
  std::vector<Cause> causes_;
};

/// The stages that a word names: one, or those of a group.
Result<std::vector<const Stage*>> StagesNamed(const Definition& definition, const std::string& name) {
  auto named = definition.Named(name);
  if (!named.empty()) return named;
  std::vector<std::string_view> names;
  for (const Stage& one : definition.stages) names.push_back(one.name);
  return Error{Reason::NotFound, "dvc.yaml has no stage '" + name + "'." + Suggestion(name, names)};
}

/// Those named and those in reach, or everything when none is named.
Result<std::set<const Stage*>> Chosen(const Definition& definition, const Selection& selection) {
  std::set<const Stage*> chosen;
  std::vector<const Stage*> open;
  for (const auto& name : selection.only) {
    for (const Stage* stage : CAIRN_TRY(StagesNamed(definition, name))) open.push_back(stage);
  }
  while (!open.empty()) {
    const Stage* stage = open.back();
    open.pop_back();
    if (!chosen.insert(stage).second || selection.reach != Selection::Reach::Upstream) continue;
    for (const Stage* before : definition.Before(*stage)) open.push_back(before);
  }
  if (selection.only.empty()) {
    for (const Stage& stage : definition.stages) chosen.insert(&stage);
  }
  if (selection.reach != Selection::Reach::Downstream) return chosen;
  for (const Stage* stage : definition.Ordered()) {
    const auto before = definition.Before(*stage);
    if (std::any_of(before.begin(), before.end(), [&](const Stage* one) { return chosen.contains(one); }))
      chosen.insert(stage);
  }
  return chosen;
}

}  // namespace

const char* NameOf(Cause::Level level) {
  switch (level) {
    case Cause::Level::Never:
      return "never";
    case Cause::Level::Command:
      return "command";
    case Cause::Level::Code:
      return "code";
    case Cause::Level::Data:
      return "data";
    case Cause::Level::Model:
      return "model";
    case Cause::Level::Params:
      return "params";
    case Cause::Level::Environment:
      return "environment";
    case Cause::Level::Output:
      return "output";
    case Cause::Level::Always:
      return "always";
    case Cause::Level::Upstream:
      return "upstream";
    case Cause::Level::Forced:
      return "forced";
  }
  return "never";
}

bool Plan::AnyStale() const {
  return std::any_of(stages.begin(), stages.end(),
                     [](const PlannedStage& planned) { return planned.Stale(); });
}

Result<Plan> MakePlan(const std::string& project, const Definition& definition, const Lock& lock,
                      const repository::Objects& objects, repository::StatIndex& index,
                      const Selection& selection) {
  const auto chosen = CAIRN_TRY(Chosen(definition, selection));
  Plan plan;
  std::set<const Stage*> stale;
  for (const Stage* stage : definition.Ordered()) {
    if (!chosen.contains(stage)) continue;
    std::set<std::string> remade;
    std::vector<Cause> upstream;
    for (const Stage* before : definition.Before(*stage)) {
      if (!stale.contains(before)) continue;
      upstream.push_back(
          {Cause::Level::Upstream, before->name, "stage '" + before->name + "' runs before it"});
      for (const Out& out : before->outs) remade.insert(out.path);
    }
    PlannedStage planned{
        stage, CAIRN_TRY(Comparison(project, *stage, lock.Find(stage->name), objects, index).Run(remade))};
    planned.causes.insert(planned.causes.end(), upstream.begin(), upstream.end());
    if (selection.Forces(stage->name))
      planned.causes.insert(planned.causes.begin(),
                            {Cause::Level::Forced, stage->name, "it was asked for by force"});
    if (planned.Stale()) stale.insert(stage);
    plan.stages.push_back(std::move(planned));
  }
  return plan;
}

bool Selection::Forces(std::string_view stage) const {
  // A group forces its stages.
  return force && (only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& name) {
                     return stage == name || stage.starts_with(name + "@");
                   }));
}

Result<Selection::Reach> ReachNamed(std::string_view name) {
  if (name == "upstream") return Selection::Reach::Upstream;
  if (name == "alone") return Selection::Reach::Alone;
  if (name == "downstream") return Selection::Reach::Downstream;
  return Error{Reason::InvalidArgument,
               "'" + std::string(name) + "' is not how far stages reach: upstream, alone or downstream"};
}

Result<std::vector<Cause>> CausesOf(const std::string& project, const Stage& stage, const LockedStage* locked,
                                    const repository::Objects& objects, repository::StatIndex& index) {
  return Comparison(project, stage, locked, objects, index).Run({});
}

Result<LockedStage> ObserveInputs(const std::string& project, const Stage& stage,
                                  repository::StatIndex& index) {
  LockedStage locked;
  locked.name = stage.name;
  locked.cmd = stage.cmd;
  for (const auto& dep : stage.deps) {
    const auto snapshot = repository::TakeSnapshot(os::JoinPath(project, dep), index);
    if (!snapshot && snapshot.error().reason == Reason::NotFound) {
      return Error{Reason::NotFound, "stage '" + stage.name + "' needs '" + dep + "', which is not there"};
    }
    if (!snapshot) return snapshot.error();
    locked.deps.push_back(Locked(stage, dep, *snapshot));
  }
  for (const Params& params : stage.params) {
    auto values = CAIRN_TRY(ValuesOf(project, params));
    for (const auto& key : params.keys) {
      const bool found = std::any_of(values.begin(), values.end(),
                                     [&](const Json::Member& value) { return value.first == key; });
      if (!found)
        return Error{Reason::NotFound, "stage '" + stage.name + "' needs the parameter '" + key +
                                           "', which " + params.file + " does not hold"};
    }
    locked.params.emplace_back(FromWdir(stage, params.file), std::move(values));
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

std::vector<LockedPath> FromProject(const Stage& stage, std::vector<LockedPath> paths) {
  for (LockedPath& path : paths) {
    const std::string joined = os::JoinPath(stage.wdir, path.path);
    std::vector<std::string> parts;
    for (const std::string_view part : Split(joined, '/')) {
      if (part == "..") {
        parts.pop_back();
      } else if (part != ".") {
        parts.emplace_back(part);
      }
    }
    path.path = parts.empty() ? "." : Join(parts, "/");
  }
  return paths;
}

}  // namespace cairn::pipeline

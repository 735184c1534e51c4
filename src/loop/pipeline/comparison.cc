#include "loop/pipeline/comparison.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/item_map.h"
#include "loop/pipeline/items/known_items.h"

namespace cairn::pipeline {
namespace {

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

/// From so many items on, a second look at as many outputs is felt.
constexpr std::size_t kMany = 100'000;

/// ": 1 new (a.png), 2 changed (b.png, c.png)".
std::string InputsSaid(const ItemPlan& plan) {
  if (!plan.inputs_known) return " changed, and what its items were is kept neither here nor in the cache";
  std::vector<std::string> parts;
  for (const auto& [items, what] :
       {std::pair{&plan.fresh, "new"}, std::pair{&plan.changed, "changed"}, std::pair{&plan.gone, "gone"}}) {
    if (items->count() != 0) parts.push_back(items->Said(what));
  }
  if (plan.kept != 0)
    parts.push_back(WithThousands(static_cast<std::int64_t>(plan.kept)) + " called already");
  const std::string later = plan.outs_looked ? "" : "; what they made is looked at when it runs";
  return (parts.empty() ? " changed" : ": " + Join(parts, ", ")) + later;
}

std::string OutsSaid(const ItemPlan& plan) {
  std::string said;
  if (!plan.outs_known) return ", and what it made is not in the cache";
  if (plan.unmade.count() != 0) said = ": the outputs of " + plan.unmade.Names();
  if (plan.strays.count() != 0)
    said += (said.empty() ? ": " : ", and ") + plan.strays.Names() + ", which no item makes";
  return said;
}

}  // namespace

Result<std::vector<Cause>> Comparison::Run(const std::set<std::string>& remade) {
  // Which items there will be is not known before those have run.
  by_items_ = stage_.map && remade.empty();
  if (stage_.always_changed ||
      (stage_.deps.empty() && stage_.outside.empty() && stage_.params.empty() && stage_.outs.empty())) {
    Add(Cause::Level::Always, stage_.name,
        stage_.always_changed ? "it is marked always_changed" : "it has neither deps nor outs");
  }
  if (!locked_) {
    Add(Cause::Level::Never, stage_.name, "it has not run yet");
    if (by_items_) CAIRN_TRY(CompareItems());
    return std::move(causes_);
  }
  if (!(locked_->cmd == stage_.cmd)) Add(Cause::Level::Command, "cmd", "its command changed");
  if (stage_.map && !locked_->call.empty() && locked_->call != stage_.map->Text())
    Add(Cause::Level::Command, "call", "its call for each item changed");
  // What it reads does not move a frozen stage, and parameters are read.
  if (!stage_.frozen) {
    CAIRN_TRY(CompareDeps(remade));
    CAIRN_TRY(CompareOutside());
    CAIRN_TRY(CompareParams());
    CAIRN_TRY(CompareEnvironment());
  }
  CAIRN_TRY(by_items_ ? CompareItems() : CompareOuts());
  return std::move(causes_);
}

Result<> Comparison::CompareDeps(const std::set<std::string>& remade) {
  for (const auto& dep : stage_.deps) {
    const bool made_anew =
        std::any_of(remade.begin(), remade.end(), [&](const std::string& out) { return Overlap(dep, out); });
    if (by_items_ && dep == stage_.map->folder) continue;  // item by item, below
    if (made_anew) continue;                               // its maker runs first and is named as the cause
    const LockedPath* before = locked_->FindDep(WrittenPath(stage_, dep));
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
    const auto& outside = stage_.outside;
    const bool still = std::find(outside.begin(), outside.end(), before.path) != outside.end() ||
                       std::any_of(stage_.deps.begin(), stage_.deps.end(), [&](const std::string& dep) {
                         return WrittenPath(stage_, dep) == before.path;
                       });
    if (!still) Add(LevelOf(before.path), before.path, before.path + " is no dependency any more");
  }
  return Done{};
}

Result<> Comparison::CompareOutside() {
  for (const auto& dep : stage_.outside) {
    const LockedPath* before = locked_->FindDep(dep);
    const auto& now = outside_.At(stage_, dep);
    if (!now && now.error().reason != Reason::NotFound) return now.error();
    if (!now) {
      Add(LevelOf(dep), dep, dep + " is missing");
    } else if (!before) {
      Add(LevelOf(dep), dep, dep + " is a new dependency");
    } else if (before->md5 != now->md5 || before->told_by != now->told_by) {
      Add(LevelOf(dep), dep, dep + " changed");
    }
  }
  return Done{};
}

Result<> Comparison::CompareParams() {
  for (const Params& params : stage_.params) {
    const auto now = ValuesOf(project_, params);
    if (!now && now.error().reason != Reason::NotFound) return now.error();
    const std::string file = WrittenPath(stage_, params.file);
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
Result<> Comparison::CompareEnvironment() {
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

Result<> Comparison::CompareOuts() {
  for (const Out& out : stage_.outs) {
    const LockedPath* before = locked_->FindOut(WrittenPath(stage_, out.path));
    const auto now = repository::TakeSnapshot(os::JoinPath(project_, out.path), index_);
    // A run that is under way, or what one left that died, may write to it.
    const bool changes = !now && now.error().reason == Reason::Conflict;
    if (!now && !changes && now.error().reason != Reason::NotFound) return now.error();
    if (!before) {
      Add(Cause::Level::Output, out.path, out.path + " is a new output");
    } else if (changes) {
      Add(Cause::Level::Output, out.path, out.path + " is being written");
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

/// The folder of items and the outs, item by item: after everything else that may have changed.
Result<> Comparison::CompareItems() {
  const std::string& folder = stage_.map->folder;
  auto files = LookAtItems(project_, stage_, index_);
  if (!files && files.error().reason == Reason::NotFound) {
    Add(Cause::Level::Data, folder, folder + " is missing");
    return Done{};
  }
  if (!files) return std::move(files).error();
  const bool all = forced_ || !causes_.empty();
  const auto rest = ObserveInputs(project_, stage_, index_, folder);
  // What cannot be observed is a cause already, and found again when the stage runs.
  const auto journal =
      CAIRN_TRY(ItemJournal::Read(JournalOf(*stage_.map), rest ? ItemKeyOf(stage_, *rest) : ""));
  if (forced_ || (all && journal.done().empty())) {
    items_ = {files->size(), files->size()};
    return Done{};
  }
  const ItemPlan plan = CAIRN_TRY(
      PlanItems({project_, stage_, all ? nullptr : locked_, journal, objects_, index_, kMany}, *files));
  items_ = {plan.calls.size(), plan.items};
  if (!all) CAIRN_TRY(NameItems(plan));
  if (causes_.empty()) RememberItems(*files);
  return Done{};
}

void Comparison::NameOuts(const ItemPlan& plan) {
  const bool by_hand = plan.unmade.count() + plan.strays.count() > 0;
  for (std::size_t i = 0; i < stage_.outs.size(); ++i) {
    const std::string& out = stage_.outs[i].path;
    if (!plan.outs_differ[i]) continue;
    if (!locked_->FindOut(WrittenPath(stage_, out))) {
      Add(Cause::Level::Output, out, out + " is a new output");
    } else if (!os::Exists(os::JoinPath(project_, out))) {
      Add(Cause::Level::Output, out, out + " is missing");
    } else if (by_hand || causes_.empty()) {
      Add(Cause::Level::Output, out, out + " is not what the stage made" + OutsSaid(plan));
    }
  }
}

/// What ran as a whole is gone on from item by item. Where nothing can be written, all are called one day.
void Comparison::RememberItems(repository::FolderFiles& files) {
  const std::string& md5 = locked_->FindDep(WrittenPath(stage_, stage_.map->folder))->md5;
  if (KnownItems::Are(stage_.map->record, md5) || !files.TakeDigests(index_)) return;
  static_cast<void>(bool(KnownItems::Keep(stage_.map->record, md5, files)));
}

Result<> Comparison::NameItems(const ItemPlan& plan) {
  if (plan.inputs_differ) Add(Cause::Level::Data, stage_.map->folder, stage_.map->folder + InputsSaid(plan));
  NameOuts(plan);
  if (!causes_.empty()) return Done{};
  for (const Out& out : stage_.outs) {
    const LockedPath* before = locked_->FindOut(WrittenPath(stage_, out.path));
    if (out.cache && !objects_.HasFolder(before->md5, index_))
      Add(Cause::Level::Output, out.path, out.path + " is not in the cache");
  }
  return Done{};
}

}  // namespace cairn::pipeline

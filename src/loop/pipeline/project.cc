#include "loop/pipeline/project.h"

#include <algorithm>
#include <optional>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/pipeline/items/done_items.h"
#include "loop/pipeline/items/item_work.h"
#include "loop/pipeline/parameters.h"

namespace cairn::pipeline {

Project::Project(std::string folder, const std::string& data_dir)
    : folder_(std::move(folder)),
      root_(DvcRootOf(folder_)),
      objects_(CacheOf(root_)),
      run_cache_(CacheOf(root_)),
      index_(repository::StatIndex::Open(os::JoinPath(data_dir, "digests"))) {}

Result<std::unique_ptr<Project>> Project::Open(const std::string& folder, const std::string& data_dir) {
  std::unique_ptr<Project> project(new Project(CAIRN_TRY(os::RealPath(folder)), data_dir));
  project->definition_ = CAIRN_TRY(ReadDefinition(project->folder_));
  project->settings_ = CAIRN_TRY(ReadPipelineSettings(project->folder_));
  CAIRN_TRY(project->settings_.Fit(project->definition_));
  for (Stage& stage : project->definition_.stages)
    stage.environment = project->settings_.Of(stage.name).environment;
  CAIRN_TRY(project->FitMaps());
  project->lock_file_ = CAIRN_TRY(LockFile::Open(project->folder_, project->JournalPath()));
  if (project->lock_file_->claimed()) {
    // What a program that died had done is put where `dvc` sees it too. Where nothing can be written, it is
    // only known here.
    static_cast<void>(bool(project->Fold()));
    project->lock_file_->Release();
  }
  return project;
}

Result<> Project::FitMaps() {
  for (Stage& stage : definition_.stages) {
    const auto& written = settings_.Of(stage.name).map;
    if (!written) continue;
    auto map = std::make_shared<ItemMap>(*written);
    CAIRN_TRY(map->FitTo(stage));
    map->record = MemoryOf(root_, folder_) + "." + PercentEncode(stage.name);
    if (!stage.frozen) stage.map = std::move(map);  // A frozen stage calls nothing.
  }
  return Done{};
}

Result<ItemWork> Project::BeginItems(const Stage& stage, bool anew) {
  const auto locked = LockedOf(stage.name);
  return ItemWork::Begin(folder_, stage, locked ? &*locked : nullptr, objects_, index_, anew);
}

Result<DoneItems> Project::FindDone(const Stage& stage) {
  const auto locked = LockedOf(stage.name);
  return FindDoneItems(folder_, stage, locked ? &*locked : nullptr, objects_, index_);
}

Result<Plan> Project::MakePlan(const Selection& selection) {
  const std::lock_guard lock(locking_);
  return pipeline::MakePlan(folder_, definition_, lock_file_->lock(), objects_, index_, selection);
}

Result<repository::Snapshot> Project::SnapshotOf(const std::string& path) {
  return repository::TakeSnapshot(os::JoinPath(folder_, path), index_);
}

std::optional<LockedStage> Project::LockedOf(const std::string& stage) {
  const std::lock_guard lock(locking_);
  const LockedStage* found = lock_file_->lock().Find(stage);
  return found ? std::optional(*found) : std::nullopt;
}

Result<std::vector<Cause>> Project::CausesOf(const Stage& stage) {
  const auto locked = LockedOf(stage.name);
  return pipeline::CausesOf(folder_, stage, locked ? &*locked : nullptr, objects_, index_);
}

Result<LockedStage> Project::Adopt(const Stage& stage, LockedStage inputs) {
  const bool keeps_run = KeepsRuns(stage);
  for (const auto& made : CAIRN_TRY(ObserveOuts(folder_, stage, index_, inputs))) {
    // To have a run again takes all that it made.
    if (made.out->cache || keeps_run)
      CAIRN_TRY(objects_.Store(os::JoinPath(folder_, made.out->path), made.snapshot, &index_));
  }
  {
    const std::lock_guard lock(locking_);
    if (CAIRN_TRY(lock_file_->Put(inputs))) CAIRN_TRY(Fold());
  }
  if (keeps_run) CAIRN_TRY(run_cache_.Keep(inputs));
  return inputs;
}

bool Project::KeepsRuns(const Stage& stage) const {
  return RunCache::Keeps(stage) && settings_.Of(stage.name).run_cache;
}

bool Project::Restore(const Stage& stage, const LockedStage& inputs) {
  if (!KeepsRuns(stage)) return false;
  const auto known = run_cache_.Find(stage, inputs);
  if (!known) return false;
  const auto outs = FromProject(stage, known->outs);
  const auto is_whole = [&](const LockedPath& out) {
    return out.nfiles ? objects_.HasFolder(out.md5, index_) : objects_.Has(out.md5);
  };
  if (!std::all_of(outs.begin(), outs.end(), is_whole)) return false;
  return std::all_of(outs.begin(), outs.end(), [&](const LockedPath& out) {
    const std::string at = os::JoinPath(folder_, out.path);
    if (!os::RemoveTree(at) || !objects_.Checkout(out.md5, at)) return false;
    if (out.executable && !os::SetMode(at, 0755)) return false;
    const auto snapshot = repository::TakeSnapshot(at, index_);
    return snapshot && snapshot->md5 == out.md5;
  });
}

Result<> Project::Claim() {
  const std::lock_guard lock(locking_);
  return lock_file_->Claim();
}

Result<> Project::Finish() {
  const std::lock_guard lock(locking_);
  auto folded = Fold();
  lock_file_->Release();
  return folded;
}

Result<> Project::Fold() {
  std::vector<const Stage*> stages;
  for (const auto& name : lock_file_->pending()) {
    if (const Stage* stage = definition_.Find(name)) stages.push_back(stage);
  }
  CAIRN_TRY(IgnoreOuts(folder_, stages));
  // As `dvc repro` would have run them, one after the other.
  std::vector<std::string> names;
  for (const Stage* stage : definition_.Ordered()) names.push_back(stage->name);
  return lock_file_->Fold(names);
}

std::string Project::JournalPath() const { return MemoryOf(root_, folder_) + ".journal"; }

Json Project::Metrics() const {
  Json metrics = Json::Object();
  for (const Stage& stage : definition_.stages) {
    for (const Out& out : stage.outs) {
      if (!out.metric || !os::Exists(os::JoinPath(folder_, out.path))) continue;
      auto values = ReadParams(folder_, out.path);
      metrics.Set(out.path, values ? *std::move(values) : Json{{"problem", values.error().message}});
    }
  }
  return metrics;
}

}  // namespace cairn::pipeline

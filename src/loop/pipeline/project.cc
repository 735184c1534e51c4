#include "loop/pipeline/project.h"

#include <optional>

#include "ground/os/files.h"
#include "loop/pipeline/dvc_folder.h"

namespace cairn::pipeline {

Project::Project(std::string folder, const std::string& data_dir)
    : folder_(std::move(folder)),
      root_(DvcRootOf(folder_)),
      objects_(CacheOf(root_)),
      index_(repository::StatIndex::Open(os::JoinPath(data_dir, "digests"))) {}

Result<std::unique_ptr<Project>> Project::Open(const std::string& folder, const std::string& data_dir) {
  std::unique_ptr<Project> project(new Project(CAIRN_TRY(os::RealPath(folder)), data_dir));
  project->definition_ = CAIRN_TRY(ReadDefinition(project->folder_));
  project->settings_ = CAIRN_TRY(ReadPipelineSettings(project->folder_));
  CAIRN_TRY(project->settings_.Fit(project->definition_));
  project->lock_ = CAIRN_TRY(ReadLock(project->folder_));
  return project;
}

Result<Plan> Project::MakePlan(const Selection& selection) {
  const std::lock_guard lock(locking_);
  return pipeline::MakePlan(folder_, definition_, lock_, objects_, index_, selection);
}

Result<std::vector<Cause>> Project::CausesOf(const Stage& stage) {
  std::optional<LockedStage> locked;
  {
    const std::lock_guard lock(locking_);
    if (const LockedStage* found = lock_.Find(stage.name)) locked = *found;
  }
  return pipeline::CausesOf(folder_, stage, locked ? &*locked : nullptr, objects_, index_);
}

Result<LockedStage> Project::Adopt(const Stage& stage, LockedStage inputs) {
  for (const auto& made : CAIRN_TRY(ObserveOuts(folder_, stage, index_, inputs))) {
    if (made.out->cache)
      CAIRN_TRY(objects_.Store(os::JoinPath(folder_, made.out->path), made.snapshot, &index_));
  }
  const std::lock_guard lock(locking_);
  CAIRN_TRY(IgnoreOuts(folder_, stage));
  lock_.Put(inputs);
  CAIRN_TRY(WriteLock(folder_, lock_));
  return inputs;
}

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

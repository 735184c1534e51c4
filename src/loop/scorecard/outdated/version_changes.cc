#include "loop/scorecard/outdated/version_changes.h"

#include <algorithm>
#include <optional>

#include "ground/os/files.h"
#include "loop/pipeline/seal.h"
#include "loop/scorecard/outdated/stage_changes.h"
#include "loop/tracking/provenance.h"

namespace cairn::scorecard {
namespace {

/// Further back than that nobody looks for the run that overtook a version.
constexpr int kMostPages = 10;
constexpr std::int64_t kPage = 20;

/// The stage that began the run of a version; "" when it does not say.
Result<std::string> StageOf(const OutdatedRooms& rooms, const registry::ModelVersion& version) {
  if (version.run_id.empty() || version.pipeline_run.empty()) return std::string();
  const auto run = rooms.tracking.runs.Find(version.run_id);
  if (!run && run.error().reason == Reason::NotFound) return std::string();
  if (!run) return run.error();
  const std::string begins = version.pipeline_run + "/";
  for (const auto& [key, value] : run->tags)
    if (key == tracking::kStageTag && value.starts_with(begins)) return value.substr(begins.size());
  return std::string();
}

CausesByStage CausesIn(const pipeline::RunRecord& run) {
  return [&run](std::string_view name) -> const std::vector<pipeline::Cause>* {
    for (const auto& stage : run.stages)
      if (stage.name == name) return &stage.causes;
    return nullptr;
  };
}

CausesByStage CausesIn(const pipeline::Plan& plan) {
  return [&plan](std::string_view name) -> const std::vector<pipeline::Cause>* {
    for (const auto& planned : plan.stages)
      if (planned.stage->name == name) return &planned.causes;
    return nullptr;
  };
}

/// What has changed in the project since its stages ran last.
Result<std::vector<pipeline::Cause>> ChangedNow(const std::string& folder, const std::string& data_dir,
                                                const std::string& stage) {
  if (pipeline::SealHolds(folder, data_dir)) return std::vector<pipeline::Cause>();
  auto project = CAIRN_TRY(pipeline::Project::Open(folder, data_dir));
  const auto plan = CAIRN_TRY(project->MakePlan({}));
  return ChangesBehind(stage, CausesIn(plan));
}

/// The changes by which a stage ran after the run that made a version, in the newest such run.
Result<std::vector<pipeline::Cause>> ChangedSince(pipeline::Runner& runner, const pipeline::RunRecord& made,
                                                  const std::string& stage) {
  std::string before;
  for (int page = 0; page < kMostPages; ++page) {
    const auto runs = CAIRN_TRY(runner.List(before, kPage));
    for (const auto& run : runs) {
      if (run.id == made.id) return std::vector<pipeline::Cause>();
      const bool ran =
          run.project == made.project && std::any_of(run.stages.begin(), run.stages.end(), [&](auto& one) {
            return one.name == stage && one.state == pipeline::StageState::Finished;
          });
      auto changes = ran ? ChangesBehind(stage, CausesIn(run)) : std::vector<pipeline::Cause>();
      if (!changes.empty()) return changes;
    }
    if (static_cast<std::int64_t>(runs.size()) < kPage) break;
    before = runs.back().id;
  }
  return std::vector<pipeline::Cause>();
}

void Tell(const std::vector<pipeline::Cause>& changes, const std::string& beginning,
          std::vector<Thing::Cause>& causes) {
  for (const auto& change : changes)
    causes.push_back({pipeline::NameOf(change.level), beginning + change.sentence});
}

}  // namespace

Result<std::vector<Thing::Cause>> PipelineChangesSince(const OutdatedRooms& rooms,
                                                       const registry::ModelVersion& version,
                                                       const std::string& project_dir) {
  std::vector<Thing::Cause> causes;
  const std::string stage = CAIRN_TRY(StageOf(rooms, version));
  if (stage.empty()) return causes;
  const auto made = rooms.runner.State(version.pipeline_run);
  if (!made && made.error().reason == Reason::NotFound) return causes;
  if (!made) return made.error();
  const auto folder = project_dir.empty() ? Result<std::string>("") : os::RealPath(project_dir);
  if (folder && *folder == made->project)
    Tell(CAIRN_TRY(ChangedNow(*folder, rooms.runner.data_dir(), stage)),
         "since the stage '" + stage + "' made it: ", causes);
  Tell(CAIRN_TRY(ChangedSince(rooms.runner, *made, stage)),
       "the stage '" + stage + "', which made it, ran again since: ", causes);
  return causes;
}

}  // namespace cairn::scorecard

#pragma once

#include <optional>
#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/cluster/cluster_plan.h"
#include "loop/pipeline/cluster/engine.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/record.h"
#include "loop/pipeline/stage_settings.h"

/// A job that goes on when the program that handed it in has died. What it was told to do lies beside the
/// journal of dvc.lock until its run has ended, so that the next run can go on with it.
namespace cairn::pipeline {

/// What is kept of the machines that a run's stages are on, as "executor" in its environment. `job_of`: the
/// run whose job that is.
Json ExecutorOf(const ExecutorSettings& executor, const std::string& job_of);
/// Asks the engine to end the job of a run whose program died. Fine for a run that had none, or one that is
/// over.
Result<> StopJobOf(const RunRecord& run);

/// Keeps the plan (cluster_plan.h) of a job that is about to be handed in, for a project's folder.
Result<> KeepPlan(const std::string& project, const std::string& plan);
/// The plan that was kept last and not forgotten. None when there is none, or it cannot be read.
std::optional<Json> KeptPlan(const std::string& project);
void ForgetPlan(const std::string& project);

/// What a stage of a run is told by the job of that plan; nothing when it would be told something else now:
/// it has another definition or other inputs, or the job knows nothing of it. What only saves work (`unless`,
/// items that are done) and the names of the run do not count. The errors of OrderFor.
Result<std::optional<StageOrder>> OrderIn(const Json& plan, Project& project, const StageRecord& record,
                                          Depot& depot);
/// Whether a run of these stages may go on with the job of that plan: the engine has it, it runs or has ended
/// well, no stage has failed in it, each of `stages` is told the same by it, the project's files are what it
/// was sent, and what else it does is up to date here. The errors of OrderFor and Engine::Look.
Result<bool> CanGoOnWith(const Json& plan, Project& project, Engine& engine,
                         const std::vector<StageRecord>& stages);

}  // namespace cairn::pipeline

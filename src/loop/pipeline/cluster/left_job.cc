#include "loop/pipeline/cluster/left_job.h"

#include "loop/pipeline/cluster/cluster_execution.h"
#include "loop/pipeline/cluster/engine.h"

namespace cairn::pipeline {

Json ExecutorOf(const ExecutorSettings& executor, const std::string& run) {
  return Json{{"kind", NameOf(executor.kind)},
              {"address", executor.address},
              {"store", executor.store},
              {"job", ClusterExecution::KeyOf(run)}};
}

Result<> StopJobOf(const RunRecord& run) {
  const Json& kept = run.environment.At("executor");
  const std::string job = kept.Text("job");
  if (job.empty()) return Done{};
  // The token is where the project says now; the address is the one that the job was given to.
  ExecutorSettings executor;
  if (const auto settings = ReadPipelineSettings(run.project)) executor = settings->executor();
  executor.kind = ExecutorSettings::Kind::Ray;
  executor.address = kept.Text("address");
  const auto stopped = [&]() -> Result<> {
    const auto engine = CAIRN_TRY(OpenEngine(executor, run.project));
    return engine->Stop(job);
  }();
  if (stopped) return Done{};
  return Error{stopped.error().reason, "its job " + job + " may still run: " + stopped.error().message};
}

}  // namespace cairn::pipeline

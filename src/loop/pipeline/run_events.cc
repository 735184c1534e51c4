#include "loop/pipeline/run_events.h"

#include <utility>

namespace cairn::pipeline {
namespace {

metadata::Event EventOf(const RunRecord& run, std::string kind, Json body) {
  return {std::move(kind), "pipeline_run:" + run.id, run.actor, run.trigger.cause, std::move(body)};
}

metadata::Lineage LineageOf(const RunRecord& run, const StageRecord& stage) {
  metadata::Lineage lineage;
  lineage.of = NameOfStage(run.id, stage.name);
  lineage.from.push_back({"pipeline_run:" + run.id, "run"});
  if (!run.source.commit.empty())
    lineage.from.push_back({"commit:" + run.source.commit, run.source.dirty ? "code, with changes" : "code"});
  if (!run.configuration.empty())
    lineage.from.push_back({"configuration:" + run.configuration, "cairn.yaml"});
  for (const auto& path : stage.reads) lineage.from.push_back({path.told_by + ":" + path.md5, path.path});
  for (const auto& path : stage.makes) lineage.to.push_back({"md5:" + path.md5, path.path});
  return lineage;
}

Json GitOf(const RunRecord& run) {
  if (run.source.commit.empty()) return Json();
  Json git{{"commit", run.source.commit}, {"dirty", run.source.dirty}};
  const std::string changes = run.environment.At("changes").Text("sha256");
  if (!changes.empty()) git.Set("changes", changes);
  return git;
}

}  // namespace

std::string NameOfStage(const std::string& run, const std::string& stage) {
  return "stage:" + run + "/" + stage;
}

metadata::Event StartedEvent(const RunRecord& run) {
  Json stale = Json::Array();
  for (const auto& stage : run.stages) {
    Json why = Json::Array();
    for (const auto& cause : stage.causes) why.Push(cause.sentence);
    stale.Push(Json{{"stage", stage.name}, {"why", std::move(why)}});
  }
  return EventOf(
      run, "pipeline.run_started",
      Json{
          {"run", run.id},
          {"trigger", Json{{"on", run.trigger.on}, {"name", run.trigger.name}, {"cause", run.trigger.cause}}},
          {"configuration", run.configuration},
          {"data", run.data},
          {"git", GitOf(run)},
          {"stale", std::move(stale)}});
}

metadata::Event FiredEvent(const Request& request) {
  const Trigger& trigger = request.trigger;
  return {"pipeline.trigger_fired", "trigger:" + trigger.name, request.actor, trigger.cause,
          Json{{"trigger", Json{{"on", trigger.on}, {"name", trigger.name}, {"cause", trigger.cause}}},
               {"detail", request.detail}}};
}

metadata::Event RefusedEvent(const RunRecord& run, Reason reason) {
  return EventOf(
      run, "pipeline.trigger_refused",
      Json{
          {"run", run.id},
          {"trigger", Json{{"on", run.trigger.on}, {"name", run.trigger.name}, {"cause", run.trigger.cause}}},
          {"reason", NameOf(reason)},
          {"problem", run.problem}});
}

metadata::Event EndedEvent(const RunRecord& run) {
  return EventOf(run, "pipeline.run_ended",
                 Json{{"run", run.id},
                      {"state", NameOf(run.state)},
                      {"seconds", static_cast<double>(run.ended - run.started) / 1000}});
}

metadata::Event StageEvent(const RunRecord& run, const StageRecord& stage) {
  auto event = EventOf(run, "pipeline.stage_ended",
                       Json{{"run", run.id},
                            {"stage", stage.name},
                            {"exit", stage.exit ? Json(*stage.exit) : Json()},
                            {"seconds", static_cast<double>(stage.ended - stage.started) / 1000},
                            {"reason", stage.reason},
                            {"cpu_seconds", static_cast<double>(stage.cpu_ms) / 1000},
                            {"max_rss_bytes", static_cast<std::int64_t>(stage.max_rss_bytes)}});
  if (stage.attempts.size() > 1) event.body.Set("tries", stage.attempts.size());
  if (stage.state == StageState::Finished) event.lineage = LineageOf(run, stage);
  return event;
}

bool Ran(const StageRecord& stage) {
  return stage.ended != 0 && !stage.log.empty() &&
         (stage.state == StageState::Finished || stage.state == StageState::Failed ||
          stage.state == StageState::Killed);
}

}  // namespace cairn::pipeline

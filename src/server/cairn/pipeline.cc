#include <algorithm>
#include <set>

#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/replay.h"
#include "loop/pipeline/seal.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using pipeline::Runner;
using pipeline::RunRecord;

constexpr std::int64_t kLongestWaitMs = 30'000;
constexpr std::size_t kLogPiece = 4 << 20;

Json ToJson(const std::vector<pipeline::Cause>& causes) {
  Json list = Json::Array();
  for (const auto& cause : causes) {
    list.Push(Json{
        {"level", pipeline::NameOf(cause.level)}, {"subject", cause.subject}, {"sentence", cause.sentence}});
  }
  return list;
}

Json ToJson(const std::vector<pipeline::AttemptRecord>& attempts) {
  Json list = Json::Array();
  for (const auto& attempt : attempts) {
    list.Push(Json{{"started_ms", attempt.started},
                   {"ended_ms", attempt.ended},
                   {"exit", attempt.exit ? Json(*attempt.exit) : Json()},
                   {"reason", attempt.reason},
                   {"seconds", static_cast<double>(attempt.wall_ms) / 1000},
                   {"cpu_seconds", static_cast<double>(attempt.cpu_ms) / 1000},
                   {"max_rss_bytes", static_cast<std::int64_t>(attempt.max_rss_bytes)}});
  }
  return list;
}

Json ToJson(const std::vector<pipeline::LockedPath>& paths) {
  Json list = Json::Array();
  for (const auto& path : paths) {
    Json one{{"path", path.path}, {path.told_by, path.md5}};
    if (path.size) one.Set("size", static_cast<std::int64_t>(*path.size));
    list.Push(std::move(one));
  }
  return list;
}

Json ToJson(const pipeline::StageRecord& stage) {
  return Json{{"name", stage.name},
              {"state", pipeline::NameOf(stage.state)},
              {"causes", ToJson(stage.causes)},
              {"reason", stage.reason},
              {"exit", stage.exit ? Json(*stage.exit) : Json()},
              {"started_ms", stage.started},
              {"ended_ms", stage.ended},
              {"seconds", static_cast<double>(stage.wall_ms) / 1000},
              {"cpu_seconds", static_cast<double>(stage.cpu_ms) / 1000},
              {"max_rss_bytes", static_cast<std::int64_t>(stage.max_rss_bytes)},
              {"attempts", ToJson(stage.attempts)},
              {"reads", ToJson(stage.reads)},
              {"makes", ToJson(stage.makes)},
              {"log", stage.log}};
}

/// With the stages that changed after that revision; a negative one gives all.
Json ToJson(const RunRecord& run, std::int64_t after = -1) {
  Json stages = Json::Array();
  std::int64_t cpu_ms = 0;
  std::uint64_t max_rss_bytes = 0;
  for (const auto& stage : run.stages) {
    if (after < 0 || stage.revision > after) stages.Push(ToJson(stage));
    cpu_ms += stage.cpu_ms;
    max_rss_bytes = std::max(max_rss_bytes, stage.max_rss_bytes);
  }
  return Json{
      {"id", run.id},
      {"project_dir", run.project},
      {"state", pipeline::NameOf(run.state)},
      {"trigger", Json{{"on", run.trigger.on}, {"name", run.trigger.name}, {"cause", run.trigger.cause}}},
      {"actor", run.actor},
      {"configuration", run.configuration},
      {"data", run.data},
      {"git",
       run.source.commit.empty() ? Json() : Json{{"commit", run.source.commit}, {"dirty", run.source.dirty}}},
      {"environment", run.environment},
      {"started_ms", run.started},
      {"ended_ms", run.ended},
      {"cpu_seconds", static_cast<double>(cpu_ms) / 1000},
      {"max_rss_bytes", static_cast<std::int64_t>(max_rss_bytes)},
      {"problem", run.problem},
      {"metrics", run.metrics},
      {"stages", std::move(stages)},
      {"revision", run.revision}};
}

/// Each stage with those of the plan that it needs.
Json ToJson(const pipeline::Plan& plan, const pipeline::Definition& definition) {
  std::set<const pipeline::Stage*> chosen;
  for (const auto& planned : plan.stages) chosen.insert(planned.stage);
  Json stages = Json::Array();
  for (const auto& planned : plan.stages) {
    Json needs = Json::Array();
    for (const pipeline::Stage* before : definition.Before(*planned.stage)) {
      if (chosen.contains(before)) needs.Push(before->name);
    }
    Json stage{{"name", planned.stage->name},
               {"stale", planned.Stale()},
               {"causes", ToJson(planned.causes)},
               {"needs", std::move(needs)}};
    if (planned.items) {
      stage.Set("calls", static_cast<std::int64_t>(planned.items->calls));
      stage.Set("items", static_cast<std::int64_t>(planned.items->items));
    }
    stages.Push(std::move(stage));
  }
  return stages;
}

Result<std::int64_t> Number(const Call& call, std::string_view name, std::int64_t otherwise) {
  const std::string text = call.Query(name);
  if (text.empty()) return otherwise;
  return ParseInt(text);
}

Result<pipeline::Request> RequestIn(const Call& call) {
  static constexpr std::string_view kKnown[] = {"project_dir", "stages",    "reach",
                                                "force",       "run_cache", "dry_run"};
  for (const auto& [key, value] : call.body.members()) {
    if (key == "trigger" || key == "cause") {
      return Error{
          Reason::InvalidArgument,
          "'" + key +
              "' cannot be given: a run that is asked for is one on demand and begins a story of its "
              "own; what a trigger sets off names its trigger and cause by itself"};
    }
    if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown)) {
      return Error{Reason::InvalidArgument,
                   "unknown member '" + key + "' in the body." + Suggestion(key, kKnown)};
    }
  }
  pipeline::Request request;
  request.project = call.body.Text("project_dir", ".");
  request.actor = call.Actor();
  request.selection.force = call.body.Bool("force");
  request.run_cache = call.body.Bool("run_cache", true);
  request.selection.reach = CAIRN_TRY(pipeline::ReachNamed(call.body.Text("reach", "upstream")));
  for (const Json& stage : call.body.At("stages").items()) {
    if (!stage.IsString()) return Error{Reason::InvalidArgument, "'stages' must be a list of stage names"};
    request.selection.only.push_back(stage.AsString());
  }
  return request;
}

/// The plan, and nothing more.
Result<Json> Look(const std::string& folder, const std::string& data_dir,
                  const pipeline::Selection& selection) {
  auto project = CAIRN_TRY(pipeline::Project::Open(folder, data_dir));
  const auto plan = CAIRN_TRY(project->MakePlan(selection));
  CAIRN_TRY(project->SaveIndex());
  // Without a seal the next look only takes longer.
  if (!plan.AnyStale() && selection.only.empty()) static_cast<void>(bool(pipeline::Seal(*project, data_dir)));
  return Json{{"project_dir", project->folder()},
              {"stale", plan.AnyStale()},
              {"stages", ToJson(plan, project->definition())},
              {"metrics", project->Metrics()}};
}

Result<Json> Start(Runner& runner, const Call& call) {
  const auto request = CAIRN_TRY(RequestIn(call));
  if (!call.body.Bool("dry_run")) return ToJson(CAIRN_TRY(runner.Start(request)));
  Json look = CAIRN_TRY(Look(request.project, runner.data_dir(), request.selection));
  look.Set("state", "planned");
  return look;
}

Result<Json> List(Runner& runner, const Call& call) {
  const std::int64_t limit = CAIRN_TRY(Number(call, "limit", 50));
  if (limit < 1 || limit > 1000) return Error{Reason::InvalidArgument, "'limit' must be between 1 and 1000"};
  Json items = Json::Array();
  const auto runs = CAIRN_TRY(runner.List(call.Query("before"), limit));
  for (const auto& run : runs) items.Push(ToJson(run));
  Json answer{{"items", std::move(items)}};
  if (static_cast<std::int64_t>(runs.size()) == limit) answer.Set("next", runs.back().id);
  return answer;
}

Result<Json> Follow(Runner& runner, const Call& call) {
  const std::int64_t wait =
      std::clamp<std::int64_t>(CAIRN_TRY(Number(call, "wait_ms", 0)), 0, kLongestWaitMs);
  const std::int64_t after = CAIRN_TRY(Number(call, "after", -1));
  const auto run = CAIRN_TRY(runner.Follow(call.Path("id"), after, wait));
  const bool changes = call.Query("stages") == "changed" && run.state == pipeline::RunState::Running;
  return ToJson(run, changes ? after : -1);
}

/// Whether run ?with= made of the same inputs the same outputs.
Result<Json> Compare(Runner& runner, const Call& call) {
  const auto run = CAIRN_TRY(runner.State(call.Path("id")));
  const auto again = CAIRN_TRY(runner.State(call.Query("with")));
  Json list = Json::Array();
  for (const auto& one : pipeline::DifferencesOf(run, again)) {
    list.Push(Json{{"stage", one.stage},
                   {"of", one.of == pipeline::Difference::Of::Input ? "input" : "output"},
                   {"path", one.path},
                   {"was", one.was},
                   {"is", one.is}});
  }
  return Json{{"same", list.items().empty()},
              {"differences", std::move(list)},
              {"metrics", Json{{"was", run.metrics}, {"is", again.metrics}}}};
}

std::string_view LastLines(std::string_view text, std::int64_t count) {
  std::size_t at = text.ends_with('\n') ? text.size() - 1 : text.size();
  for (; count > 0 && at > 0; --count) {
    at = text.rfind('\n', at - 1);
    if (at == std::string_view::npos) return text;
  }
  return text.substr(at < text.size() ? at + 1 : at);
}

/// The bytes of a stage's log from ?offset= on (at most 4 MiB), or its last ?tail= lines.
Result<std::string> ReadLog(Runner& runner, const Call& call) {
  const auto run = CAIRN_TRY(runner.State(call.Path("id")));
  const auto offset = CAIRN_TRY(Number(call, "offset", 0)), tail = CAIRN_TRY(Number(call, "tail", 0));
  if (offset < 0 || tail < 0)
    return Error{Reason::InvalidArgument, "'offset' and 'tail' must not be negative"};
  const std::string name = call.Path("stage");
  const auto stage =
      std::find_if(run.stages.begin(), run.stages.end(), [&](const auto& one) { return one.name == name; });
  if (stage == run.stages.end())
    return Error{Reason::NotFound, "pipeline run '" + run.id + "' did not plan the stage '" + name + "'"};
  if (stage->log.empty()) return std::string();
  const auto file = os::MappedFile::Open(stage->log);
  if (!file && file.error().reason == Reason::NotFound)
    return Error{Reason::NotFound, "the log of stage '" + name + "' is gone: '" + stage->log + "'"};
  if (!file) return file.error();
  std::string_view bytes = file->bytes();
  bytes.remove_prefix(std::min(bytes.size(), static_cast<std::size_t>(offset)));
  if (tail > 0) bytes = LastLines(bytes.substr(bytes.size() - std::min(bytes.size(), kLogPiece)), tail);
  return std::string(bytes.substr(0, kLogPiece));
}

}  // namespace

void MountPipelineStatus(http::Router& router, std::string data_dir) {
  router.Get("/api/v1/pipeline/status",
             Answer([data_dir = std::move(data_dir)](const Call& call) -> Result<Json> {
               const std::string folder = call.Query("project_dir"), reach = call.Query("reach");
               pipeline::Selection selection;
               // For one who only asks whether there is anything to do.
               if (call.Query("brief") == "true" && pipeline::SealHolds(folder, data_dir))
                 return Json{{"project_dir", folder}, {"stale", false}, {"stages", Json::Array()}};
               if (!reach.empty()) selection.reach = CAIRN_TRY(pipeline::ReachNamed(reach));
               for (auto& [name, value] : CAIRN_TRY(call.request.QueryParameters())) {
                 if (name == "stage") selection.only.push_back(std::move(value));
               }
               return Look(folder.empty() ? "." : folder, data_dir, selection);
             }));
}

void MountPipeline(http::Router& router, pipeline::Runner& runner) {
  MountPipelineStatus(router, runner.data_dir());
  router.Post("/api/v1/pipeline/runs", Answer([&runner](const Call& call) { return Start(runner, call); }));
  router.Get("/api/v1/pipeline/runs", Answer([&runner](const Call& call) { return List(runner, call); }));
  router.Get("/api/v1/pipeline/runs/{id}",
             Answer([&runner](const Call& call) { return Follow(runner, call); }));
  router.Post("/api/v1/pipeline/runs/{id}/cancel", Answer([&runner](const Call& call) -> Result<Json> {
                CAIRN_TRY(runner.Cancel(call.Path("id")));
                return ToJson(CAIRN_TRY(runner.State(call.Path("id"))));
              }));
  router.Post("/api/v1/pipeline/runs/{id}/replay", Answer([&runner](const Call& call) -> Result<Json> {
                return ToJson(CAIRN_TRY(runner.Replay(call.Path("id"), call.Actor())));
              }));
  router.Get("/api/v1/pipeline/runs/{id}/differences",
             Answer([&runner](const Call& call) { return Compare(runner, call); }));
  router.Get("/api/v1/pipeline/runs/{id}/stages/{stage}/log", [&runner](const http::Request& request) {
    const auto log = ReadLog(runner, Call{request, Json::Object()});
    return log ? http::Response::Text(200, *log) : Reply(log.error());
  });
}

}  // namespace cairn::api

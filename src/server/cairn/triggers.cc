#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/pipeline/scheduler.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using pipeline::Firing;
using pipeline::Scheduler;
using pipeline::TriggerRule;

constexpr std::int64_t kMostFirings = 1000;

Json ToJson(const Firing& firing) {
  return Json{
      {"trigger",
       Json{{"on", firing.trigger.on}, {"name", firing.trigger.name}, {"cause", firing.trigger.cause}}},
      {"state", firing.state},
      {"run", firing.run.empty() ? Json() : Json(firing.run)},
      {"actor", firing.actor},
      {"at_ms", firing.at},
      {"detail", firing.detail}};
}

const char* NameOf(pipeline::CatchUp catch_up) {
  switch (catch_up) {
    case pipeline::CatchUp::None:
      return "none";
    case pipeline::CatchUp::Last:
      return "last";
    case pipeline::CatchUp::All:
      return "all";
  }
  return "last";
}

/// What it looks at, by the names that cairn.yaml has for it.
Json SubjectOf(const TriggerRule& rule) {
  Json subject = Json::Object();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) subject.Set(name, value);
  };
  add("monitor", rule.monitor);
  add("dataset", rule.dataset);
  add("path", rule.path);
  add("path", rule.remote.bucket);
  add("database", rule.remote.Named());
  add("table", rule.remote.table);
  add("query", rule.remote.query);
  if (rule.every_ms > 0) subject.Set("every_ms", rule.every_ms);
  add("ref", rule.ref);
  if (rule.schedule) {
    add("cron", rule.schedule->expression());
    add("zone", rule.schedule->zone().name());
    add("catch_up", NameOf(rule.catch_up));
  }
  if (!rule.paths.empty()) {
    Json paths = Json::Array();
    for (const auto& path : rule.paths) paths.Push(path);
    subject.Set("paths", std::move(paths));
  }
  return subject;
}

Json ToJson(const Scheduler::Standing& standing) {
  const TriggerRule& rule = standing.rule;
  return Json{{"name", rule.name},
              {"on", rule.on},
              {"subject", SubjectOf(rule)},
              {"run", rule.stages.empty() ? "pipeline" : rule.stages.front()},
              {"force", rule.force},
              {"concurrency", pipeline::NameOf(rule.concurrency)},
              {"paused", standing.paused},
              {"next_ms", standing.next ? Json(*standing.next * 1000) : Json()},
              {"last", standing.last ? ToJson(*standing.last) : Json()},
              {"problem", standing.problem},
              {"looked_ms", standing.looked ? Json(*standing.looked) : Json()}};
}

Result<Json> List(Scheduler& scheduler) {
  Json items = Json::Array();
  for (const auto& standing : CAIRN_TRY(scheduler.List())) items.Push(ToJson(standing));
  return Json{{"items", std::move(items)}};
}

Result<Json> Firings(Scheduler& scheduler, const Call& call) {
  const std::string text = call.Query("limit");
  const std::int64_t limit = text.empty() ? 50 : CAIRN_TRY(ParseInt(text));
  if (limit < 1 || limit > kMostFirings)
    return Error{Reason::InvalidArgument, "'limit' must be between 1 and " + std::to_string(kMostFirings)};
  Json items = Json::Array();
  for (const auto& firing : CAIRN_TRY(scheduler.Firings(call.Path("name"), limit)))
    items.Push(ToJson(firing));
  return Json{{"items", std::move(items)}};
}

Result<Json> Backfill(Scheduler& scheduler, const Call& call) {
  const auto from = CAIRN_TRY(RequiredText(call.body, "from")), to = CAIRN_TRY(RequiredText(call.body, "to"));
  const auto filled =
      CAIRN_TRY(scheduler.Backfill(call.Path("name"), from, to, call.Actor(), call.body.Bool("dry_run")));
  Json moments = Json::Array();
  for (const auto moment : filled.moments) moments.Push(moment * 1000);
  return Json{{"moments_ms", std::move(moments)}, {"there", filled.there}};
}

Result<Json> SetPaused(Scheduler& scheduler, const Call& call, bool paused) {
  const std::string name = call.Path("name");
  CAIRN_TRY(paused ? scheduler.Pause(name, call.Actor()) : scheduler.Resume(name, call.Actor()));
  return ToJson(CAIRN_TRY(scheduler.Show(name)));
}

/// The body is signed as it came, so it is not read as JSON.
http::Response Message(Scheduler& scheduler, const http::Request& request) {
  const auto taken = scheduler.OnMessage(std::string(request.Captured("name")),
                                         std::string(request.headers.Get("X-Cairn-Timestamp")),
                                         std::string(request.headers.Get("X-Cairn-Signature")), request.body);
  return Reply(taken ? Result<Json>(ToJson(*taken)) : Result<Json>(taken.error()));
}

}  // namespace

void MountTriggers(http::Router& router, Scheduler& scheduler) {
  router.Get("/api/v1/triggers", Answer([&scheduler](const Call&) { return List(scheduler); }));
  router.Get("/api/v1/triggers/{name}", Answer([&scheduler](const Call& call) -> Result<Json> {
               return ToJson(CAIRN_TRY(scheduler.Show(call.Path("name"))));
             }));
  router.Get("/api/v1/triggers/{name}/firings",
             Answer([&scheduler](const Call& call) { return Firings(scheduler, call); }));
  router.Post("/api/v1/triggers/{name}/fire", Answer([&scheduler](const Call& call) -> Result<Json> {
                return ToJson(CAIRN_TRY(scheduler.Fire(call.Path("name"), call.Actor())));
              }));
  router.Post("/api/v1/triggers/{name}/pause",
              Answer([&scheduler](const Call& call) { return SetPaused(scheduler, call, true); }));
  router.Post("/api/v1/triggers/{name}/resume",
              Answer([&scheduler](const Call& call) { return SetPaused(scheduler, call, false); }));
  router.Post("/api/v1/triggers/{name}/backfill",
              Answer([&scheduler](const Call& call) { return Backfill(scheduler, call); }));
  router.Post("/api/v1/triggers/{name}/messages",
              [&scheduler](const http::Request& request) { return Message(scheduler, request); });
}

}  // namespace cairn::api

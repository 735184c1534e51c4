#include "loop/serving/prediction_named.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

Json CanaryJson(const serving::CanaryState& canary) {
  if (!canary.running) return nullptr;
  const auto& record = canary.record;
  const auto evidence = serving::EvidenceOf(record);
  return Json{{"version", std::to_string(canary.version)},
              {"share", canary.share},
              {"requests", record.canary_requests},
              {"bad", record.canary_bad},
              {"slow", record.canary_slow},
              {"p99_ms", canary.canary_p99_ms},
              {"production_requests", record.production_requests},
              {"production_bad", record.production_bad},
              {"production_slow", record.production_slow},
              {"production_p99_ms", canary.production_p99_ms},
              {"slow_above_ms", record.slow_above_ms},
              {"e_value", evidence.bad},
              {"slow_e_value", evidence.slow},
              {"sample_ratio_e_value", evidence.split}};
}

Json LogJson(const serving::ServiceState& state) {
  Json log = state.log.ToJson();
  log.Set("kept", state.logged).Set("passed_over", state.passed_over).Set("lost", state.lost);
  return log;
}

/// Null while nothing is reported.
Json TelemetryJson(const ServingRooms& rooms) {
  const auto state = rooms.exporter.state();
  if (state.endpoint.empty()) return nullptr;
  const auto& tracer = rooms.service.tracer();
  return Json{{"endpoint", state.endpoint},
              {"spans", tracer.taken()},
              {"sent", state.sent},
              {"dropped", tracer.dropped()},
              {"problem", state.problem}};
}

/// Null while the log is shipped nowhere.
Json ShippingJson(const serving::Shipping& shipping) {
  const auto state = shipping.state();
  if (state.place.empty()) return nullptr;
  return Json{{"place", state.place},     {"shipped", state.shipped},
              {"waiting", state.waiting}, {"failures", state.failures},
              {"problem", state.problem}, {"last_ms", state.last_ms > 0 ? Json(state.last_ms) : Json()}};
}

/// What was answered until now is closed first.
Result<Json> ShipNow(const ServingRooms& rooms) {
  CAIRN_TRY(rooms.follow());
  CAIRN_TRY(rooms.log.CloseSegments());
  const auto shipped = CAIRN_TRY(rooms.shipping.Ship());
  return Json{{"place", rooms.shipping.state().place},
              {"segments", shipped.segments},
              {"records", shipped.records},
              {"files", shipped.files}};
}

Result<Json> Named(const ServingRooms& rooms, const Call& call) {
  Json items = Json::Array();
  for (const auto& one : CAIRN_TRY(serving::PredictionsNamed(rooms.log, call.Path("id"))))
    items.Push(serving::ToJson(one));
  return Json{{"items", std::move(items)}};
}

Json FallbackJson(const serving::ServiceState& state) {
  Json links = Json::Array();
  for (const auto& one : state.fallback) {
    Json link{{"link", serving::NameOf(one.link)}, {"ready", one.ready}, {"requests", one.requests}};
    if (one.version > 0) link.Set("version", std::to_string(one.version));
    if (!one.why.empty()) link.Set("why", one.why);
    links.Push(std::move(link));
  }
  return links;
}

Json TextsJson(const std::vector<std::string>& texts) {
  Json list = Json::Array();
  for (const std::string& text : texts) list.Push(text);
  return list;
}

Json RulesJson(const serving::ServiceState& state) {
  Json broken = Json::Array();
  for (const auto& one : state.broken)
    broken.Push(Json{{"rule", one.rule}, {"requests", one.requests}, {"rows", one.rows}});
  return Json{
      {"held", TextsJson(state.rules)}, {"idle", TextsJson(state.rules_idle)}, {"broken", std::move(broken)}};
}

Json MemoryJson(const serving::ServiceState& state) {
  Json versions = Json::Array();
  std::int64_t bytes = 0;
  for (const auto& one : state.memory) {
    bytes += static_cast<std::int64_t>(one.bytes);
    versions.Push(Json{{"version", std::to_string(one.version)},
                       {"role", one.role},
                       {"bytes", static_cast<std::int64_t>(one.bytes)}});
  }
  return Json{{"cap", static_cast<std::int64_t>(state.memory_cap)},
              {"bytes", bytes},
              {"evicted", state.evicted},
              {"versions", std::move(versions)}};
}

Json PlanJson(const serving::Service& service) {
  Json rows = Json::Array();
  for (const auto& one : service.Plan())
    rows.Push(Json{{"failure", one.failure}, {"answered", one.answered}, {"by", one.by}, {"what", one.what}});
  return Json{{"model", service.settings().model}, {"plan", std::move(rows)}};
}

/// A row by the names of its columns; none without "row".
Result<std::optional<serving::Question>> RowIn(const Json& body) {
  const Json* row = body.Find("row");
  if (!row) return std::optional<serving::Question>();
  if (!row->IsObject())
    return Error{Reason::InvalidArgument, "'row' must be an object of one value a column: {\"hour\": 7}."};
  serving::Question question;
  question.rows = 1;
  for (const auto& [name, value] : row->members())
    question.columns.emplace_back(name, serving::Values{value});
  return std::optional(std::move(question));
}

Result<Json> DrillJson(const serving::Service& service, const Json& body) {
  const auto row = CAIRN_TRY(RowIn(body));
  const auto drill = CAIRN_TRY(service.RunDrill(row));
  Json links = Json::Array();
  for (const auto& one : drill.links) {
    Json link{{"who", one.who}, {"answered", one.answered}, {"ms", static_cast<double>(one.micros) / 1000}};
    if (one.version > 0) link.Set("version", std::to_string(one.version));
    if (one.answered) link.Set("score", one.score);
    if (!one.answered) link.Set("why", one.why);
    links.Push(std::move(link));
  }
  return Json{{"model", service.settings().model}, {"row", drill.row}, {"links", std::move(links)}};
}

Json ToJson(const ServingRooms& rooms) {
  const serving::ServiceState state = rooms.service.state();
  Json columns = Json::Array();
  for (const std::string& column : state.columns) columns.Push(column);
  return Json{{"model", state.model},
              {"version", state.version > 0 ? Json(std::to_string(state.version)) : Json()},
              {"manifest", state.manifest},
              {"problem", state.problem},
              {"columns", std::move(columns)},
              {"inputs", runtime::PortsJson(state.signature.inputs)},
              {"outputs", runtime::PortsJson(state.signature.outputs)},
              {"pace", state.pace},
              {"waiting", state.waiting},
              {"requests", state.requests},
              {"rows", state.rows},
              {"fallbacks", state.fallbacks},
              {"falling_back", state.falling_back},
              {"fallback", FallbackJson(state)},
              {"output_rules", RulesJson(state)},
              {"memory", MemoryJson(state)},
              {"rejected", state.rejected},
              {"p50_ms", state.p50_ms},
              {"p99_ms", state.p99_ms},
              {"log", LogJson(state)},
              {"canary", CanaryJson(state.canary)},
              {"telemetry", TelemetryJson(rooms)},
              {"shipping", ShippingJson(rooms.shipping)}};
}

}  // namespace

void MountServing(http::Router& router, ServingRooms rooms) {
  router.Get("/api/v1/serving", Answer([rooms](const Call&) -> Result<Json> { return ToJson(rooms); }));
  router.Get("/api/v1/serving/plan",
             Answer([rooms](const Call&) -> Result<Json> { return PlanJson(rooms.service); }));
  router.Post("/api/v1/serving/drill",
              Answer([rooms](const Call& call) { return DrillJson(rooms.service, call.body); }),
              http::Lane::Inference);
  router.Get("/api/v1/serving/log/verify", Answer([rooms](const Call&) { return rooms.log.Verify(); }));
  router.Post("/api/v1/serving/log/ship", Answer([rooms](const Call&) { return ShipNow(rooms); }));
  router.Get("/api/v1/serving/log/predictions/{id}",
             Answer([rooms](const Call& call) { return Named(rooms, call); }));
}

}  // namespace cairn::api

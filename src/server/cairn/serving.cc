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

Json ToJson(const serving::ServiceState& state) {
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
              {"rejected", state.rejected},
              {"p50_ms", state.p50_ms},
              {"p99_ms", state.p99_ms},
              {"log", LogJson(state)},
              {"canary", CanaryJson(state.canary)}};
}

}  // namespace

void MountServing(http::Router& router, serving::Service& service, const serving::PredictionLog& log) {
  router.Get("/api/v1/serving",
             Answer([&service](const Call&) -> Result<Json> { return ToJson(service.state()); }));
  router.Get("/api/v1/serving/log/verify", Answer([&log](const Call&) { return log.Verify(); }));
}

}  // namespace cairn::api

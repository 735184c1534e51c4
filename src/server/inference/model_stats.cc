#include "server/inference/model_stats.h"

#include "ground/vocabulary/text.h"
#include "loop/serving/figures.h"
#include "server/inference/asked.h"

namespace cairn::inference {
namespace {

using serving::Service;
using serving::Statistics;

Json SumJson(const Statistics::Sum& sum) { return Json{{"count", sum.count}, {"ns", sum.ns}}; }

Json StatsJson(const std::string& model, const Statistics::OfVersion& one) {
  Json batches = Json::Array();
  for (const auto& batch : one.batches)
    batches.Push(Json{{"batch_size", batch.rows},
                      {"compute_input", SumJson(batch.input)},
                      {"compute_infer", SumJson(batch.infer)},
                      {"compute_output", SumJson(batch.output)}});
  const Json none = SumJson({});
  return Json{{"name", model},
              {"version", std::to_string(one.version)},
              {"last_inference", one.last_ms},
              {"inference_count", one.rows},
              {"execution_count", one.runs},
              {"inference_stats", Json{{"success", SumJson(one.success)},
                                       {"fail", SumJson(one.fail)},
                                       {"queue", SumJson(one.queue)},
                                       {"compute_input", SumJson(one.input)},
                                       {"compute_infer", SumJson(one.infer)},
                                       {"compute_output", SumJson(one.output)},
                                       {"cache_hit", none},
                                       {"cache_miss", none}}},
              {"batch_stats", std::move(batches)},
              {"memory_usage", Json::Array()}};
}

http::Response Stats(Service& service, const http::Request& request) {
  const bool any = request.Captured("model").empty();
  const auto offer =
      any ? Result<std::shared_ptr<const serving::Offer>>(service.offer()) : Asked(service, request);
  if (!offer) return Refused(offer.error());
  const bool named = !request.Captured("version").empty();
  Json list = Json::Array();
  bool seen = false;
  for (const auto& one : service.statistics().Now()) {
    if (named && one.version != (*offer)->version) continue;
    seen = seen || one.version == (*offer)->version;
    list.Push(StatsJson((*offer)->model, one));
  }
  if (!seen && (*offer)->version > 0) {
    Statistics::OfVersion unasked;
    unasked.version = (*offer)->version;
    list.Push(StatsJson((*offer)->model, unasked));
  }
  return http::Response::Json(200, Json{{"model_stats", std::move(list)}}.Dump());
}

}  // namespace

void MountStatistics(http::Router& router, Service& service) {
  const auto stats = [&service](const http::Request& request) { return Stats(service, request); };
  router.Get("/v2/models/stats", stats, http::Lane::Inline);
  router.Get("/v2/models/{model}/stats", stats, http::Lane::Inline);
  router.Get("/v2/models/{model}/versions/{version}/stats", stats);
  router.Get(
      "/metrics",
      [&service](const http::Request&) {
        return http::Response::Text(200, telemetry::Exposition(serving::FiguresOf(service)),
                                    "text/plain; version=0.0.4; charset=utf-8");
      },
      http::Lane::Inline);
}

}  // namespace cairn::inference

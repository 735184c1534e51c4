#include "server/inference/asked.h"
#include "server/inference/infer.h"
#include "server/inference/metrics.h"
#include "server/inference/model_config.h"
#include "server/inference/model_stats.h"
#include "server/inference/mount.h"
#include "server/inference/openapi.h"
#include "server/inference/repository.h"
#include "server/inference/scoring.h"
#include "server/inference/tensor_json.h"

namespace cairn::inference {
namespace {

using serving::Service;

http::Response Metadata(Service& service, const http::Request& request) {
  const auto offer = Asked(service, request);
  if (!offer) return Refused(offer.error());
  Json versions = Json::Array();
  if ((*offer)->version > 0) versions.Push(std::to_string((*offer)->version));
  return http::Response::Json(200, Json{{"name", (*offer)->model},
                                        {"versions", std::move(versions)},
                                        {"platform", (*offer)->platform},
                                        {"inputs", runtime::PortsJson((*offer)->signature.inputs)},
                                        {"outputs", runtime::PortsJson((*offer)->signature.outputs)}}
                                       .Dump());
}

http::Response ModelReady(Service& service, const http::Request& request) {
  const auto offer = Asked(service, request);
  const bool named = !request.Captured("version").empty();
  if (!offer || (named ? (*offer)->version == 0 : !service.CanAnswer()))
    return Refused(400, "Model version not ready");
  return http::Response::Json(200, Json{{"name", (*offer)->model}, {"ready", true}}.Dump());
}

http::Response Document(Service& service, const http::Request& request) {
  const auto offer = Asked(service, request);
  if (!offer) return Refused(offer.error());
  const std::string base = request.path.substr(0, request.path.rfind('/'));
  return http::Response::Json(200, OpenApiOf(**offer, service.settings(), base).Dump());
}

}  // namespace

void MountInference(http::Router& router, Service& service, std::string_view version) {
  constexpr auto kInline = http::Lane::Inline;
  using Handle = http::Response (*)(Service&, const http::Request&);
  const auto on = [&service](Handle handle) {
    return [&service, handle](const http::Request& request) { return handle(service, request); };
  };
  const std::string about =
      Json{{"name", "cairn"},
           {"version", version},
           {"extensions", Json::Array({"binary_tensor_data", "model_configuration", "model_repository",
                                       "statistics", "parameters"})}}
          .Dump();
  router.Get(
      "/v2", [about](const http::Request&) { return http::Response::Json(200, about); }, kInline);
  router.Get(
      "/v2/health/live", [](const http::Request&) { return http::Response::Json(200, R"({"live":true})"); },
      kInline);
  router.Get(
      "/v2/health/ready",
      [&service](const http::Request&) {
        const bool ready = service.CanAnswer();
        return http::Response::Json(ready ? 200 : 503, Json{{"ready", ready}}.Dump());
      },
      kInline);
  router.Get("/v2/models/{model}", on(Metadata), kInline);
  router.Get("/v2/models/{model}/ready", on(ModelReady), kInline);
  router.Add({.method = "POST",
              .pattern = "/v2/models/{model}/infer",
              .handler = on(Infer),
              .lane = kInline,
              .may_wait = [&service] { return service.MayWait(); }});
  router.Get("/v2/models/{model}/openapi.json", on(Document));
  router.Get("/v2/models/{model}/versions/{version}/openapi.json", on(Document));
  router.Get("/v2/models/{model}/versions/{version}", on(Metadata));
  router.Get("/v2/models/{model}/versions/{version}/ready", on(ModelReady));
  router.Post("/v2/models/{model}/versions/{version}/infer", on(Infer), http::Lane::Inference);
  router.Fallback("/v2", [](const http::Request&) { return Refused(404, "Not Found"); });
  MountRepository(router, service);
  MountConfig(router, service);
  MountStatistics(router, service);
  MountMetrics(router, service);
  MountScoring(router, service);
}

}  // namespace cairn::inference

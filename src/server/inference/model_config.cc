#include "server/inference/model_config.h"

#include "server/inference/asked.h"
#include "server/inference/tensor_json.h"

namespace cairn::inference {
namespace {

using serving::Service;

/// "TYPE_FP32"; a BYTES is a string here.
std::string TypeName(runtime::DataType type) {
  return std::string("TYPE_") + (type == runtime::DataType::Bytes ? "STRING" : runtime::NameOf(type));
}

Json PortsOf(const std::vector<runtime::Port>& ports) {
  Json list = Json::Array();
  for (const auto& port : ports)
    list.Push(Json{{"name", port.name}, {"data_type", TypeName(port.type)}, {"dims", ShapeJson(port.shape)}});
  return list;
}

http::Response Config(Service& service, const http::Request& request) {
  const auto offer = Asked(service, request);
  if (!offer) return Refused(offer.error());
  return http::Response::Json(200, Json{{"name", (*offer)->model},
                                        {"platform", (*offer)->platform},
                                        {"max_batch_size", 0},
                                        {"input", PortsOf((*offer)->signature.inputs)},
                                        {"output", PortsOf((*offer)->signature.outputs)}}
                                       .Dump());
}

}  // namespace

void MountConfig(http::Router& router, Service& service) {
  const auto config = [&service](const http::Request& request) { return Config(service, request); };
  router.Get("/v2/models/{model}/config", config, http::Lane::Inline);
  router.Get("/v2/models/{model}/versions/{version}/config", config);
}

}  // namespace cairn::inference

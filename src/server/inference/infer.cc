#include "server/inference/infer.h"

#include <utility>

#include "ground/os/clock.h"
#include "server/inference/asked.h"
#include "server/inference/infer_request.h"
#include "server/inference/outputs.h"
#include "server/inference/tensor_bytes.h"
#include "server/inference/tensor_json.h"
#include "server/inference/traced.h"

namespace cairn::inference {
namespace {

using serving::Offer;
using serving::Service;

constexpr std::string_view kRoute = "/v2/models/{model}/infer";
constexpr std::string_view kVersionRoute = "/v2/models/{model}/versions/{version}/infer";

void WriteHead(std::string& json, const serving::Answer& answer, const Offer& offer, const std::string& id) {
  json += '{';
  if (!id.empty()) {
    json += "\"id\":";
    AppendJsonString(json, id);
    json += ',';
  }
  json += "\"model_name\":";
  AppendJsonString(json, offer.model);
  json += ",\"model_version\":\"" + std::to_string(answer.version) + "\",\"parameters\":{\"prediction_id\":";
  AppendJsonString(json, answer.id);
  json += ",\"arm\":\"" + std::string(NameOf(answer.arm));
  if (answer.link) json += "\",\"fallback\":\"" + std::string(NameOf(*answer.link));
  json += "\"},\"outputs\":[";
}

void AppendShape(std::string& json, const std::vector<std::int64_t>& shape) {
  char before = '[';
  for (const std::int64_t size : shape) {
    json += std::exchange(before, ',');
    json += std::to_string(size);
  }
  json += shape.empty() ? "[]" : "]";
}

http::Response Write(serving::Answer& answer, const Offer& offer, const std::vector<Wanted>& wanted,
                     const std::string& id) {
  const runtime::Batch& batch = OutputsOf(answer, offer);
  std::string json, binary;
  WriteHead(json, answer, offer, id);
  bool first = true, any_binary = false;
  for (const Wanted& one : wanted) {
    const runtime::Tensor* tensor = batch.Find(one.name);
    if (!tensor) continue;
    json += first ? "{\"name\":" : ",{\"name\":";
    first = false;
    AppendJsonString(json, one.name);
    json += ",\"datatype\":\"";
    json += runtime::NameOf(tensor->type);
    json += "\",\"shape\":";
    AppendShape(json, tensor->shape);
    if (one.binary) {
      const std::string bytes = WriteBinary(*tensor);
      json += ",\"parameters\":{\"binary_data_size\":" + std::to_string(bytes.size()) + "}}";
      binary += bytes;
      any_binary = true;
    } else {
      json += ",\"data\":";
      WriteElements(json, *tensor);
      json += '}';
    }
  }
  json += "]}";
  const std::string length = std::to_string(json.size());
  auto response = any_binary ? http::Response::Text(200, json + binary, "application/octet-stream")
                             : http::Response::Json(200, std::move(json));
  if (any_binary) response.headers.Add(std::string(kJsonLength), length);
  NameAnswer(response, answer);
  return response;
}

}  // namespace

http::Response Infer(Service& service, const http::Request& request) {
  const std::int64_t received = os::SteadyNs();
  const bool names_version = !request.Captured("version").empty();
  Traced traced(service, request, names_version ? kVersionRoute : kRoute, received);
  const auto offer = Asked(service, request);
  const auto refused = [&](const Error& error, const Offer* asked) {
    auto response = Refused(error);
    traced.Failed(response.status, error.message, asked);
    return response;
  };
  if (!offer) return refused(offer.error(), nullptr);
  const auto failed = [&](const Error& error) {
    service.statistics().Failed((*offer)->version, os::SteadyNs() - received);
    return refused(error, offer->get());
  };
  auto read = ReadInferRequest(request, **offer);
  if (!read) return failed(read.error());
  read->question.received_ns = received;
  traced.Name(read->question);
  const std::int64_t parsed = os::SteadyNs();
  auto answer = names_version ? service.PredictWith((*offer)->version, read->question)
                              : service.Predict(read->question);
  if (!answer) return failed(answer.error());
  const std::int64_t answered = os::SteadyNs();
  auto response = Write(*answer, **offer, read->wanted, read->question.id);
  const std::int64_t written = os::SteadyNs();
  const serving::Cost cost{written - received, parsed - received, answer->run_ns, written - answered,
                           answer->execution};
  service.statistics().Answered(answer->version, read->question.rows, cost);
  traced.Answered(*answer, **offer, read->question.rows, cost);
  return response;
}

}  // namespace cairn::inference

#include <algorithm>

#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"
#include "server/inference/columns.h"
#include "server/inference/lenient.h"
#include "server/inference/mount.h"
#include "server/inference/outputs.h"
#include "server/inference/scoring.h"
#include "server/inference/tensor_bytes.h"
#include "server/inference/tensor_json.h"

namespace cairn::inference {
namespace {

using serving::Offer;
using serving::Service;

constexpr std::string_view kJsonLength = "Inference-Header-Content-Length";

http::Response Refused(int status, const std::string& message) {
  return http::Response::Json(status, Json{{"error", message}}.Dump());
}
http::Response Refused(const Error& error) { return Refused(StatusOf(error.reason), error.message); }

/// The version that the path names (whatever is in production when it names none), or NotFound in the words
/// that clients of the protocol know.
Result<std::shared_ptr<const Offer>> Asked(Service& service, const http::Request& request) {
  const auto offer = service.offer();
  const std::string model(request.Captured("model")), version(request.Captured("version"));
  if (model != offer->model || model.empty())
    return Error{Reason::NotFound, "Request for unknown model: '" + model + "' is not found"};
  if (version.empty()) return offer;
  const auto number = ParseInt(version);
  if (number && *number > 0) {
    if (*number == offer->version) return offer;
    auto described = service.Describe(*number);
    if (described || described.error().reason != Reason::NotFound) return described;
  }
  return Error{Reason::NotFound,
               "Request for unknown model: '" + model + "' version " + version + " is not found"};
}

Json PortsJson(const std::vector<runtime::Port>& ports) {
  Json list = Json::Array();
  for (const auto& port : ports)
    list.Push(Json{
        {"name", port.name}, {"datatype", runtime::NameOf(port.type)}, {"shape", ShapeJson(port.shape)}});
  return list;
}

http::Response Metadata(Service& service, const http::Request& request) {
  const auto offer = Asked(service, request);
  if (!offer) return Refused(offer.error());
  Json versions = Json::Array();
  if ((*offer)->version > 0) versions.Push(std::to_string((*offer)->version));
  return http::Response::Json(200, Json{{"name", (*offer)->model},
                                        {"versions", std::move(versions)},
                                        {"platform", "onnx_onnxv1"},
                                        {"inputs", PortsJson((*offer)->signature.inputs)},
                                        {"outputs", PortsJson((*offer)->signature.outputs)}}
                                       .Dump());
}

http::Response ModelReady(Service& service, const http::Request& request) {
  const auto offer = Asked(service, request);
  const bool named = !request.Captured("version").empty();
  if (!offer || (named ? (*offer)->version == 0 : !service.CanAnswer()))
    return Refused(400, "Model version not ready");
  return http::Response::Json(200, Json{{"name", (*offer)->model}, {"ready", true}}.Dump());
}

/// A request taken apart: JSON, and behind it the bytes of binary tensors.
struct Parts {
  Json json;
  std::string_view binary;
};

Result<Parts> TakeApart(const http::Request& request) {
  const std::string_view body = request.body;
  if (!request.headers.Has(kJsonLength)) return Parts{CAIRN_TRY(ParseRequest(body)), {}};
  const auto length = ParseInt(request.headers.Get(kJsonLength));
  if (!length || *length < 0 || static_cast<std::size_t>(*length) > body.size())
    return Error{Reason::InvalidArgument, "The header " + std::string(kJsonLength) +
                                              " must tell the length of the JSON part of the body"};
  if (*length == 0)
    return Error{Reason::InvalidArgument,
                 "Raw tensors without JSON are not understood: say what they are in a JSON part"};
  const auto size = static_cast<std::size_t>(*length);
  return Parts{CAIRN_TRY(ParseRequest(body.substr(0, size))), body.substr(size)};
}

Result<GivenTensor> ReadInput(const Json& input, std::string_view& binary) {
  GivenTensor tensor;
  tensor.name = CAIRN_TRY(RequiredText(input, "name"));
  const auto type = runtime::DataTypeNamed(input.Text("datatype"));
  if (!type)
    return Error{Reason::InvalidArgument, "inference input '" + tensor.name + "' has the data-type '" +
                                              input.Text("datatype") + "', which the protocol does not know"};
  tensor.type = *type;
  tensor.shape = CAIRN_TRY(ReadShape(tensor.name, input.At("shape")));
  const Json& size = input.At("parameters").At("binary_data_size");
  if (size.IsNull()) {
    tensor.elements = CAIRN_TRY(ReadElements(tensor.name, tensor.type, tensor.shape, input.At("data")));
    return tensor;
  }
  if (!size.IsInt() || size.AsInt() < 0 || static_cast<std::size_t>(size.AsInt()) > binary.size())
    return Error{
        Reason::InvalidArgument,
        "Input '" + tensor.name + "': the body does not hold as many bytes as its 'binary_data_size' says"};
  const auto length = static_cast<std::size_t>(size.AsInt());
  tensor.elements = CAIRN_TRY(ReadBinary(tensor.name, tensor.type, tensor.shape, binary.substr(0, length)));
  binary.remove_prefix(length);
  return tensor;
}

Result<serving::Question> ReadQuestion(const Json& json, std::string_view binary, const Offer& offer) {
  serving::Question question;
  question.id = json.Text("id");
  if (!json.At("inputs").IsArray() || json.At("inputs").items().empty())
    return Error{Reason::InvalidArgument,
                 "Unable to parse 'inputs': the request must have a list of at least one"};
  for (const Json& input : json.At("inputs").items())
    CAIRN_TRY(AddColumns(question, offer, CAIRN_TRY(ReadInput(input, binary))));
  if (!binary.empty())
    return Error{Reason::InvalidArgument,
                 "The body holds more bytes than its inputs' 'binary_data_size' say"};
  return question;
}

/// An output that was asked for, and in which form.
struct Wanted {
  std::string name;
  bool binary = false;
};

Result<std::vector<Wanted>> ReadWanted(const Json& json, const Offer& offer) {
  const bool otherwise = json.At("parameters").Bool("binary_data_output");
  std::vector<Wanted> wanted;
  for (const Json& output : json.At("outputs").items())
    wanted.push_back(
        {CAIRN_TRY(RequiredText(output, "name")), output.At("parameters").Bool("binary_data", otherwise)});
  const auto& ports = offer.signature.outputs;
  for (const Wanted& one : wanted) {
    const bool known =
        std::any_of(ports.begin(), ports.end(), [&](const auto& port) { return port.name == one.name; });
    if (!known && !ports.empty())
      return Error{Reason::InvalidArgument,
                   "unexpected inference output '" + one.name + "' for model '" + offer.model + "'"};
  }
  if (wanted.empty()) {
    for (const auto& port : ports) wanted.push_back({port.name, otherwise});
    if (ports.empty()) wanted = {{"label", otherwise}, {"probabilities", otherwise}};
  }
  return wanted;
}

http::Response Write(const serving::Answer& answer, const Offer& offer, const std::vector<Wanted>& wanted,
                     const std::string& id) {
  const auto batch = OutputsOf(answer, offer);
  std::string json = "{", binary;
  if (!id.empty()) {
    json += "\"id\":";
    AppendJsonString(json, id);
    json += ',';
  }
  json += "\"model_name\":";
  AppendJsonString(json, offer.model);
  json += ",\"model_version\":\"" + std::to_string(answer.version) + "\",\"outputs\":[";
  bool first = true, any_binary = false;
  for (const Wanted& one : wanted) {
    const runtime::Tensor* tensor = batch.Find(one.name);
    if (!tensor) continue;
    json += first ? "{\"name\":" : ",{\"name\":";
    first = false;
    AppendJsonString(json, one.name);
    json += std::string(",\"datatype\":\"") + runtime::NameOf(tensor->type) +
            "\",\"shape\":" + ShapeJson(tensor->shape).Dump();
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

http::Response Infer(Service& service, const http::Request& request) {
  const std::int64_t received = os::SteadyNs();
  const auto offer = Asked(service, request);
  if (!offer) return Refused(offer.error());
  const auto parts = TakeApart(request);
  if (!parts) return Refused(400, "failed to parse the request JSON buffer: " + parts.error().message);
  auto question = ReadQuestion(parts->json, parts->binary, **offer);
  if (!question) return Refused(question.error());
  const auto wanted = ReadWanted(parts->json, **offer);
  if (!wanted) return Refused(wanted.error());
  question->received_ns = received;
  const auto answer = request.Captured("version").empty() ? service.Predict(*question)
                                                          : service.PredictWith((*offer)->version, *question);
  if (!answer) return Refused(answer.error());
  return Write(*answer, **offer, *wanted, question->id);
}

}  // namespace

void MountInference(http::Router& router, Service& service, std::string_view version) {
  constexpr auto kInline = http::Lane::Inline;
  using Handle = http::Response (*)(Service&, const http::Request&);
  const auto on = [&service](Handle handle) {
    return [&service, handle](const http::Request& request) { return handle(service, request); };
  };
  const std::string about =
      Json{{"name", "cairn"}, {"version", version}, {"extensions", Json::Array({"binary_tensor_data"})}}
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
  router.Post("/v2/models/{model}/infer", on(Infer), kInline);
  router.Get("/v2/models/{model}/versions/{version}", on(Metadata));
  router.Get("/v2/models/{model}/versions/{version}/ready", on(ModelReady));
  router.Post("/v2/models/{model}/versions/{version}/infer", on(Infer), http::Lane::Inference);
  router.Fallback("/v2", [](const http::Request&) { return Refused(404, "Not Found"); });
  MountScoring(router, service);
}

}  // namespace cairn::inference

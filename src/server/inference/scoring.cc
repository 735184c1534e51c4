#include "server/inference/scoring.h"

#include <algorithm>

#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"
#include "server/inference/asked.h"
#include "server/inference/lenient.h"
#include "server/inference/mount.h"
#include "server/inference/outputs.h"
#include "server/inference/scoring_body.h"
#include "server/inference/tensor_json.h"
#include "server/inference/traced.h"

namespace cairn::inference {
namespace {

using serving::Service;

/// The name of MLflow's protocol for a Reason.
const char* CodeOf(Reason reason) {
  switch (reason) {
    case Reason::InvalidArgument:
    case Reason::Unprocessable:
    case Reason::TooLarge:
      return "BAD_REQUEST";
    case Reason::NotFound:
      return "RESOURCE_DOES_NOT_EXIST";
    case Reason::AlreadyExists:
      return "RESOURCE_ALREADY_EXISTS";
    case Reason::Conflict:
      return "RESOURCE_CONFLICT";
    case Reason::Unauthenticated:
      return "UNAUTHENTICATED";
    case Reason::Denied:
      return "PERMISSION_DENIED";
    case Reason::Exhausted:
      return "RESOURCE_EXHAUSTED";
    case Reason::Unsupported:
      return "NOT_IMPLEMENTED";
    case Reason::Unavailable:
      return "TEMPORARILY_UNAVAILABLE";
    case Reason::Corrupt:
      return "DATA_LOSS";
    case Reason::Internal:
      return "INTERNAL_ERROR";
  }
  return "INTERNAL_ERROR";
}

http::Response Refused(const Error& error) {
  auto response = http::Response::Json(
      StatusOf(error.reason), Json{{"error_code", CodeOf(error.reason)}, {"message", error.message}}.Dump());
  if (error.reason == Reason::Unavailable) response.headers.Add("Retry-After", "1");
  return response;
}

enum class Type { Json, Csv };

/// The body's type, or the plain words with which MLflow answers 415. JSON when the caller says nothing.
Result<Type> TypeOf(const http::Request& request) {
  const std::string_view header = request.headers.Get("Content-Type");
  const auto parts = Split(header, ';');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto pair = Split(Trim(parts[i]), '=');
    if (!EqualsIgnoringCase(Trim(pair[0]), "charset"))
      return Error{Reason::Unsupported,
                   "Unrecognized content type parameters: " + std::string(Trim(pair[0])) + "."};
    if (pair.size() < 2 || !EqualsIgnoringCase(Trim(pair[1]), "utf-8"))
      return Error{Reason::Unsupported, "The scoring server only supports UTF-8"};
  }
  const std::string type = LowerAscii(Trim(parts[0]));
  if (type.empty() || type == "application/json") return Type::Json;
  if (type == "text/csv") return Type::Csv;
  return Error{Reason::Unsupported,
               "This predictor only supports the following content types: Types: ['text/csv', "
               "'application/json']. Got '" +
                   std::string(header) + "'."};
}

/// A model that has one answer without a name gives that alone, as MLflow does. Otherwise a table is answered
/// by records when every output has one value a row; otherwise, and for tensors, by a dictionary of outputs.
void WritePredictions(std::string& out, const runtime::Batch& batch, const std::string& bare, Form form,
                      std::size_t rows) {
  if (const auto* alone = batch.Find(bare)) {
    WriteNested(out, *alone);
    return;
  }
  const bool flat = std::all_of(
      batch.tensors.begin(), batch.tensors.end(),
      [&](const runtime::Tensor& tensor) { return static_cast<std::size_t>(tensor.Elements()) == rows; });
  const auto key = [&](std::size_t i) {
    out += i == 0 ? "{" : ",";
    AppendJsonString(out, batch.tensors[i].name);
    out += ':';
  };
  if (form == Form::Tensors || !flat) {
    for (std::size_t i = 0; i < batch.tensors.size(); ++i) {
      key(i);
      WriteNested(out, batch.tensors[i]);
    }
    out += '}';
    return;
  }
  out += '[';
  for (std::size_t row = 0; row < rows; ++row) {
    if (row > 0) out += ',';
    for (std::size_t i = 0; i < batch.tensors.size(); ++i) {
      key(i);
      WriteElement(out, batch.tensors[i], row);
    }
    out += '}';
  }
  out += ']';
}

http::Response Invoke(Service& service, const http::Request& request) {
  const std::int64_t received = os::SteadyNs();
  Traced traced(service, request, "/invocations", received);
  const auto type = TypeOf(request);
  if (!type) traced.Failed(415, type.error().message, nullptr);
  if (!type) return http::Response::Text(415, type.error().message, "text/plain");
  const auto offer = service.offer();
  const auto read = [&]() -> Result<ScoringBody> {
    if (*type == Type::Csv) return ReadScoringCsv(request.body, *offer, service.settings().contract);
    const auto json = ParseRequest(request.body);
    if (!json)
      return Error{Reason::InvalidArgument,
                   "Invalid input. Ensure that input is a valid JSON formatted string. Error: " +
                       json.error().message};
    return ReadScoringJson(*json, *offer);
  };
  const auto failed = [&](const Error& error) {
    service.statistics().Failed(offer->version, os::SteadyNs() - received);
    auto response = Refused(error);
    traced.Failed(response.status, error.message, offer.get());
    return response;
  };
  auto body = read();
  if (!body) return failed(body.error());
  body->question.received_ns = received;
  body->question.id = std::string(request.headers.Get("X-Cairn-Prediction-Id"));
  traced.Name(body->question);
  const std::int64_t parsed = os::SteadyNs();
  auto answer = service.Predict(body->question);
  if (!answer) return failed(answer.error());
  const std::int64_t answered = os::SteadyNs();
  std::string out = "{\"predictions\":";
  WritePredictions(out, OutputsOf(*answer, *offer), offer->signature.bare, body->form, body->question.rows);
  out += '}';
  auto response = http::Response::Json(200, std::move(out));
  NameAnswer(response, *answer);
  const std::int64_t written = os::SteadyNs();
  const serving::Cost cost{written - received, parsed - received, answer->run_ns, written - answered,
                           answer->execution};
  service.statistics().Answered(answer->version, body->question.rows, cost);
  traced.Answered(*answer, *offer, body->question.rows, cost);
  return response;
}

/// As MLflow's client for deployments reads it: MLflow names a kind of language model as the type.
Json EndpointOf(const serving::Offer& offer) {
  return Json{{"name", offer.model},
              {"endpoint_type", "invocations"},
              {"model", Json{{"name", offer.model}, {"provider", "cairn"}}},
              {"endpoint_url", "/endpoints/" + PercentEncode(offer.model) + "/invocations"},
              {"limit", nullptr}};
}

http::Response Endpoints(const Service& service) {
  Json list = Json::Array();
  if (const auto offer = service.offer(); !offer->model.empty()) list.Push(EndpointOf(*offer));
  return http::Response::Json(200, Json{{"endpoints", std::move(list)}}.Dump());
}

http::Response OneEndpoint(Service& service, const http::Request& request) {
  const auto offer = Asked(service, request);
  return offer ? http::Response::Json(200, EndpointOf(**offer).Dump()) : Refused(offer.error());
}

http::Response InvokeEndpoint(Service& service, const http::Request& request) {
  const auto offer = Asked(service, request);
  return offer ? Invoke(service, request) : Refused(offer.error());
}

http::Response Healthy(const Service& service) {
  return http::Response::Text(service.CanAnswer() ? 200 : 404, "\n", "application/json");
}

}  // namespace

void MountScoring(http::Router& router, Service& service) {
  router.Add({.method = "POST",
              .pattern = "/invocations",
              .handler = [&service](const http::Request& request) { return Invoke(service, request); },
              .lane = http::Lane::Inline,
              .may_wait = [&service] { return service.MayWait(); }});
  router.Add(
      {.method = "POST",
       .pattern = "/endpoints/{model}/invocations",
       .handler = [&service](const http::Request& request) { return InvokeEndpoint(service, request); },
       .lane = http::Lane::Inline,
       .may_wait = [&service] { return service.MayWait(); }});
  for (const char* list : {"/api/2.0/endpoints", "/api/2.0/endpoints/"})
    router.Get(
        list, [&service](const http::Request&) { return Endpoints(service); }, http::Lane::Inline);
  router.Get(
      "/api/2.0/endpoints/{model}",
      [&service](const http::Request& request) { return OneEndpoint(service, request); }, http::Lane::Inline);
  router.Get(
      "/ping", [&service](const http::Request&) { return Healthy(service); }, http::Lane::Inline);
}

void MountHealth(http::Router& router, Service& service, std::string_view mlflow_version) {
  router.Get(
      "/health", [&service](const http::Request&) { return Healthy(service); }, http::Lane::Inline);
  router.Get(
      "/version",
      [version = std::string(mlflow_version)](const http::Request&) {
        return http::Response::Text(200, version, "application/json");
      },
      http::Lane::Inline);
}

}  // namespace cairn::inference

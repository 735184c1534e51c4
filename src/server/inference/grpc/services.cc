#include "server/inference/grpc/services.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <chrono>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "server/inference/grpc/infer_codec.h"
#include "server/inference/grpc/rest.h"

namespace cairn::inference {
namespace {

using grpc::Status;

/// REST names the members as the protocol names the fields, so that one reads as the other.
Status Read(const std::string& json, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto read = google::protobuf::util::JsonStringToMessage(json, &message, options);
  if (read.ok()) return Status::OK;
  return {grpc::StatusCode::INTERNAL, "The answer does not fit the protocol: " + read.ToString()};
}

Status ReadAnswer(const http::Response& answer, google::protobuf::Message& message) {
  if (const Status status = StatusOf(answer); !status.ok()) return status;
  return Read(std::string(answer.content()), message);
}

/// The same under a name of the message's.
Status ReadAnswerAs(const char* field, const http::Response& answer, google::protobuf::Message& message) {
  if (const Status status = StatusOf(answer); !status.ok()) return status;
  return Read(std::string("{\"") + field + "\":" + std::string(answer.content()) + "}", message);
}

/// A refusal with `status` says no; another one is an error.
template <class Response>
Status Say(const http::Response& answer, int status, void (Response::*set)(bool), Response& response) {
  if (answer.status != status) {
    if (const Status other = StatusOf(answer); !other.ok()) return other;
  }
  (response.*set)(answer.status != status);
  return Status::OK;
}

/// Files are named, not sent on: REST refuses them by their names.
std::string BodyOf(const google::protobuf::Map<std::string, oip::ModelRepositoryParameter>& given) {
  Json parameters = Json::Object();
  for (const auto& [name, value] : given) {
    using Parameter = oip::ModelRepositoryParameter;
    const auto kind = value.parameter_choice_case();
    parameters.Set(name, kind == Parameter::kBoolParam    ? Json(value.bool_param())
                         : kind == Parameter::kInt64Param ? Json(std::int64_t{value.int64_param()})
                                                          : Json(value.string_param()));
  }
  return Json{{"parameters", std::move(parameters)}}.Dump();
}

/// Microseconds to the call's deadline, at least one; 0 for a call that has none, or one beyond a day.
std::int64_t Within(const grpc::ServerContext& call) {
  using std::chrono::microseconds, std::chrono::system_clock;
  constexpr microseconds kDay = std::chrono::hours(24);
  const auto now = system_clock::now();
  if (call.deadline() > now + kDay) return 0;
  return std::max<std::int64_t>(1, std::chrono::duration_cast<microseconds>(call.deadline() - now).count());
}

}  // namespace

http::Response InferenceCalls::Get(const Call& call, std::string path) const {
  http::Request request;
  request.path = std::move(path);
  return AskFor(ask_, call, std::move(request));
}

http::Response InferenceCalls::Post(const Call& call, std::string path, std::string body) const {
  http::Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  return AskFor(ask_, call, std::move(request));
}

Status InferenceCalls::ServerLive(Call* call, const oip::ServerLiveRequest*,
                                  oip::ServerLiveResponse* response) {
  return Say(Get(*call, "/v2/health/live"), 503, &oip::ServerLiveResponse::set_live, *response);
}

Status InferenceCalls::ServerReady(Call* call, const oip::ServerReadyRequest*,
                                   oip::ServerReadyResponse* response) {
  return Say(Get(*call, "/v2/health/ready"), 503, &oip::ServerReadyResponse::set_ready, *response);
}

Status InferenceCalls::ModelReady(Call* call, const oip::ModelReadyRequest* request,
                                  oip::ModelReadyResponse* response) {
  const auto path = PathOfModel(request->name(), request->version());
  if (!path) return StatusOf(path.error());
  return Say(Get(*call, *path + "/ready"), 400, &oip::ModelReadyResponse::set_ready, *response);
}

Status InferenceCalls::ServerMetadata(Call* call, const oip::ServerMetadataRequest*,
                                      oip::ServerMetadataResponse* response) {
  return ReadAnswer(Get(*call, "/v2"), *response);
}

Status InferenceCalls::ModelMetadata(Call* call, const oip::ModelMetadataRequest* request,
                                     oip::ModelMetadataResponse* response) {
  const auto path = PathOfModel(request->name(), request->version());
  if (!path) return StatusOf(path.error());
  return ReadAnswer(Get(*call, *path), *response);
}

Status InferenceCalls::ModelConfig(Call* call, const oip::ModelConfigRequest* request,
                                   oip::ModelConfigResponse* response) {
  const auto path = PathOfModel(request->name(), request->version());
  if (!path) return StatusOf(path.error());
  return ReadAnswerAs("config", Get(*call, *path + "/config"), *response);
}

Status InferenceCalls::ModelStatistics(Call* call, const oip::ModelStatisticsRequest* request,
                                       oip::ModelStatisticsResponse* response) {
  if (request->name().empty()) return ReadAnswer(Get(*call, "/v2/models/stats"), *response);
  const auto path = PathOfModel(request->name(), request->version());
  if (!path) return StatusOf(path.error());
  return ReadAnswer(Get(*call, *path + "/stats"), *response);
}

Status InferenceCalls::Infer(const Call& call, const oip::ModelInferRequest& request,
                             oip::ModelInferResponse& response) {
  auto rest = RestOf(request, Within(call));
  if (!rest) return StatusOf(rest.error());
  if (!places_.Take(call.deadline()))
    return {grpc::StatusCode::DEADLINE_EXCEEDED, "The call's deadline passed before its turn came"};
  const auto answer = AskFor(ask_, call, *std::move(rest));
  places_.GiveBack();
  if (const Status status = StatusOf(answer); !status.ok()) return status;
  const auto put = Put(answer, request, response);
  return put ? Status::OK : StatusOf(put.error());
}

Status InferenceCalls::ModelInfer(Call* call, const oip::ModelInferRequest* request,
                                  oip::ModelInferResponse* response) {
  return Infer(*call, *request, *response);
}

Status InferenceCalls::ModelStreamInfer(
    Call* call, grpc::ServerReaderWriter<oip::ModelStreamInferResponse, oip::ModelInferRequest>* stream) {
  oip::ModelInferRequest request;
  while (stream->Read(&request)) {
    oip::ModelStreamInferResponse response;
    if (const Status status = Infer(*call, request, *response.mutable_infer_response()); !status.ok()) {
      response.set_error_message(status.error_message());
      response.mutable_infer_response()->Clear();
      response.mutable_infer_response()->set_id(request.id());
    }
    if (!stream->Write(response)) break;
  }
  return Status::OK;
}

Status InferenceCalls::RepositoryIndex(Call* call, const oip::RepositoryIndexRequest* request,
                                       oip::RepositoryIndexResponse* response) {
  const std::string body = Json{{"ready", request->ready()}}.Dump();
  return ReadAnswerAs("models", Post(*call, "/v2/repository/index", body), *response);
}

Status InferenceCalls::RepositoryModelLoad(Call* call, const oip::RepositoryModelLoadRequest* request,
                                           oip::RepositoryModelLoadResponse*) {
  const std::string path = "/v2/repository/models/" + PercentEncode(request->model_name()) + "/load";
  return StatusOf(Post(*call, path, BodyOf(request->parameters())));
}

Status InferenceCalls::RepositoryModelUnload(Call* call, const oip::RepositoryModelUnloadRequest* request,
                                             oip::RepositoryModelUnloadResponse*) {
  const std::string path = "/v2/repository/models/" + PercentEncode(request->model_name()) + "/unload";
  return StatusOf(Post(*call, path, BodyOf(request->parameters())));
}

Status HealthCalls::Check(grpc::ServerContext* call, const grpc::health::v1::HealthCheckRequest* request,
                          grpc::health::v1::HealthCheckResponse* response) {
  if (!request->service().empty() && request->service() != oip::GRPCInferenceService::service_full_name())
    return {grpc::StatusCode::NOT_FOUND, "There is no service '" + request->service() + "' here"};
  http::Request ready;
  ready.path = "/v2/health/ready";
  const auto answer = AskFor(ask_, *call, std::move(ready));
  if (answer.status != 503)
    if (const Status status = StatusOf(answer); !status.ok()) return status;
  using grpc::health::v1::HealthCheckResponse;
  response->set_status(answer.status == 503 ? HealthCheckResponse::NOT_SERVING
                                            : HealthCheckResponse::SERVING);
  return Status::OK;
}

}  // namespace cairn::inference

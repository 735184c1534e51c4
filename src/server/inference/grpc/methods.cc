#include "server/inference/grpc/methods.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "server/inference/grpc/health.pb.h"
#include "server/inference/grpc/infer_codec.h"
#include "server/inference/grpc/open_inference.pb.h"
#include "server/inference/grpc/rest.h"

namespace cairn::inference {
namespace {

using grpc::Status;
using Call = grpc::ServerContext;
namespace oip = ::inference;

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

/// The calls of both services, each of which may come from any thread.
class Calls {
 public:
  explicit Calls(GrpcDoor::Ask ask) : ask_(std::move(ask)) {}

  Status ServerLive(const Call& call, const oip::ServerLiveRequest&, oip::ServerLiveResponse& response) const;
  Status ServerReady(const Call& call, const oip::ServerReadyRequest&,
                     oip::ServerReadyResponse& response) const;
  Status ModelReady(const Call& call, const oip::ModelReadyRequest& request,
                    oip::ModelReadyResponse& response) const;
  Status ServerMetadata(const Call& call, const oip::ServerMetadataRequest&,
                        oip::ServerMetadataResponse& response) const;
  Status ModelMetadata(const Call& call, const oip::ModelMetadataRequest& request,
                       oip::ModelMetadataResponse& response) const;
  Status ModelConfig(const Call& call, const oip::ModelConfigRequest& request,
                     oip::ModelConfigResponse& response) const;
  Status ModelStatistics(const Call& call, const oip::ModelStatisticsRequest& request,
                         oip::ModelStatisticsResponse& response) const;
  Status ModelInfer(const Call& call, const oip::ModelInferRequest& request,
                    oip::ModelInferResponse& response) const;
  Status ModelStreamInfer(const Call& call, const oip::ModelInferRequest& request,
                          oip::ModelStreamInferResponse& response) const;
  Status RepositoryIndex(const Call& call, const oip::RepositoryIndexRequest& request,
                         oip::RepositoryIndexResponse& response) const;
  Status RepositoryModelLoad(const Call& call, const oip::RepositoryModelLoadRequest& request,
                             oip::RepositoryModelLoadResponse&) const;
  Status RepositoryModelUnload(const Call& call, const oip::RepositoryModelUnloadRequest& request,
                               oip::RepositoryModelUnloadResponse&) const;
  Status Check(const Call& call, const grpc::health::v1::HealthCheckRequest& request,
               grpc::health::v1::HealthCheckResponse& response) const;

 private:
  http::Response Get(const Call& call, std::string path) const;
  http::Response Post(const Call& call, std::string path, std::string body) const;

  GrpcDoor::Ask ask_;
};

/// One of them between the bytes that come and go.
template <class Request, class Response>
Method Of(Method::Kind kind, const std::shared_ptr<const Calls>& calls,
          Status (Calls::*method)(const Call&, const Request&, Response&) const) {
  return {kind, false,
          [calls, method](const Call& call, grpc::ByteBuffer& asked, grpc::ByteBuffer& answered) {
            Request request;
            const Status read = grpc::SerializationTraits<Request>::Deserialize(&asked, &request);
            if (!read.ok()) return read;
            Response response;
            const Status status = ((*calls).*method)(call, request, response);
            bool own = false;
            return status.ok() ? grpc::SerializationTraits<Response>::Serialize(response, &answered, &own)
                               : status;
          }};
}

http::Response Calls::Get(const Call& call, std::string path) const {
  http::Request request;
  request.path = std::move(path);
  return AskFor(ask_, call, std::move(request));
}

http::Response Calls::Post(const Call& call, std::string path, std::string body) const {
  http::Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  return AskFor(ask_, call, std::move(request));
}

Status Calls::ServerLive(const Call& call, const oip::ServerLiveRequest&,
                         oip::ServerLiveResponse& response) const {
  return Say(Get(call, "/v2/health/live"), 503, &oip::ServerLiveResponse::set_live, response);
}

Status Calls::ServerReady(const Call& call, const oip::ServerReadyRequest&,
                          oip::ServerReadyResponse& response) const {
  return Say(Get(call, "/v2/health/ready"), 503, &oip::ServerReadyResponse::set_ready, response);
}

Status Calls::ModelReady(const Call& call, const oip::ModelReadyRequest& request,
                         oip::ModelReadyResponse& response) const {
  const auto path = PathOfModel(request.name(), request.version());
  if (!path) return StatusOf(path.error());
  return Say(Get(call, *path + "/ready"), 400, &oip::ModelReadyResponse::set_ready, response);
}

Status Calls::ServerMetadata(const Call& call, const oip::ServerMetadataRequest&,
                             oip::ServerMetadataResponse& response) const {
  return ReadAnswer(Get(call, "/v2"), response);
}

Status Calls::ModelMetadata(const Call& call, const oip::ModelMetadataRequest& request,
                            oip::ModelMetadataResponse& response) const {
  const auto path = PathOfModel(request.name(), request.version());
  if (!path) return StatusOf(path.error());
  return ReadAnswer(Get(call, *path), response);
}

Status Calls::ModelConfig(const Call& call, const oip::ModelConfigRequest& request,
                          oip::ModelConfigResponse& response) const {
  const auto path = PathOfModel(request.name(), request.version());
  if (!path) return StatusOf(path.error());
  return ReadAnswerAs("config", Get(call, *path + "/config"), response);
}

Status Calls::ModelStatistics(const Call& call, const oip::ModelStatisticsRequest& request,
                              oip::ModelStatisticsResponse& response) const {
  if (request.name().empty()) return ReadAnswer(Get(call, "/v2/models/stats"), response);
  const auto path = PathOfModel(request.name(), request.version());
  if (!path) return StatusOf(path.error());
  return ReadAnswer(Get(call, *path + "/stats"), response);
}

Status Calls::ModelInfer(const Call& call, const oip::ModelInferRequest& request,
                         oip::ModelInferResponse& response) const {
  auto rest = RestOf(request, Within(call));
  if (!rest) return StatusOf(rest.error());
  const auto answer = AskFor(ask_, call, *std::move(rest));
  if (const Status status = StatusOf(answer); !status.ok()) return status;
  const auto put = Put(answer, request, response);
  return put ? Status::OK : StatusOf(put.error());
}

/// A wrong request of a stream is answered by its error, and the stream goes on.
Status Calls::ModelStreamInfer(const Call& call, const oip::ModelInferRequest& request,
                               oip::ModelStreamInferResponse& response) const {
  if (const Status status = ModelInfer(call, request, *response.mutable_infer_response()); !status.ok()) {
    response.set_error_message(status.error_message());
    response.mutable_infer_response()->Clear();
    response.mutable_infer_response()->set_id(request.id());
  }
  return Status::OK;
}

Status Calls::RepositoryIndex(const Call& call, const oip::RepositoryIndexRequest& request,
                              oip::RepositoryIndexResponse& response) const {
  const std::string body = Json{{"ready", request.ready()}}.Dump();
  return ReadAnswerAs("models", Post(call, "/v2/repository/index", body), response);
}

Status Calls::RepositoryModelLoad(const Call& call, const oip::RepositoryModelLoadRequest& request,
                                  oip::RepositoryModelLoadResponse&) const {
  const std::string path = "/v2/repository/models/" + PercentEncode(request.model_name()) + "/load";
  return StatusOf(Post(call, path, BodyOf(request.parameters())));
}

Status Calls::RepositoryModelUnload(const Call& call, const oip::RepositoryModelUnloadRequest& request,
                                    oip::RepositoryModelUnloadResponse&) const {
  const std::string path = "/v2/repository/models/" + PercentEncode(request.model_name()) + "/unload";
  return StatusOf(Post(call, path, BodyOf(request.parameters())));
}

Status Calls::Check(const Call& call, const grpc::health::v1::HealthCheckRequest& request,
                    grpc::health::v1::HealthCheckResponse& response) const {
  if (!request.service().empty() && request.service() != "inference.GRPCInferenceService")
    return {grpc::StatusCode::NOT_FOUND, "There is no service '" + request.service() + "' here"};
  http::Request ready;
  ready.path = "/v2/health/ready";
  const auto answer = AskFor(ask_, call, std::move(ready));
  if (answer.status != 503)
    if (const Status status = StatusOf(answer); !status.ok()) return status;
  using grpc::health::v1::HealthCheckResponse;
  response.set_status(answer.status == 503 ? HealthCheckResponse::NOT_SERVING : HealthCheckResponse::SERVING);
  return Status::OK;
}

}  // namespace

Methods MethodsOf(const GrpcDoor::Ask& ask) {
  const auto calls = std::make_shared<const Calls>(ask);
  const auto of = [](const auto& service, const char* name) {
    return "/" + std::string(service) + "/" + name;
  };
  const auto infer = [&](const char* name) { return of("inference.GRPCInferenceService", name); };
  using Kind = Method::Kind;
  Methods methods;
  methods[infer("ServerLive")] = Of(Kind::Quick, calls, &Calls::ServerLive);
  methods[infer("ServerReady")] = Of(Kind::Quick, calls, &Calls::ServerReady);
  methods[infer("ModelReady")] = Of(Kind::Reads, calls, &Calls::ModelReady);
  methods[infer("ServerMetadata")] = Of(Kind::Reads, calls, &Calls::ServerMetadata);
  methods[infer("ModelMetadata")] = Of(Kind::Reads, calls, &Calls::ModelMetadata);
  methods[infer("ModelConfig")] = Of(Kind::Reads, calls, &Calls::ModelConfig);
  methods[infer("ModelStatistics")] = Of(Kind::Reads, calls, &Calls::ModelStatistics);
  methods[infer("ModelInfer")] = Of(Kind::Predicts, calls, &Calls::ModelInfer);
  methods[infer("ModelStreamInfer")] = Of(Kind::Predicts, calls, &Calls::ModelStreamInfer);
  methods[infer("ModelStreamInfer")].streams = true;
  methods[infer("RepositoryIndex")] = Of(Kind::Reads, calls, &Calls::RepositoryIndex);
  methods[infer("RepositoryModelLoad")] = Of(Kind::Reads, calls, &Calls::RepositoryModelLoad);
  methods[infer("RepositoryModelUnload")] = Of(Kind::Reads, calls, &Calls::RepositoryModelUnload);
  methods[of("grpc.health.v1.Health", "Check")] = Of(Kind::Quick, calls, &Calls::Check);
  return methods;
}

}  // namespace cairn::inference

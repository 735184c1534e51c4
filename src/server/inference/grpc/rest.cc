#include "server/inference/grpc/rest.h"

#include <array>
#include <chrono>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "server/inference/infer_request.h"

namespace cairn::inference {
namespace {

constexpr int kCancelled = 499;

/// Fields of a body that gRPC carries in its own way, and of the connection.
bool IsOfTheWire(std::string_view field) {
  constexpr std::array kFields{"host", "connection", "transfer-encoding", "accept-encoding", "expect",
                               "te",   "upgrade",    "keep-alive",        "trailer"};
  for (const std::string_view one : kFields)
    if (EqualsIgnoringCase(field, one)) return true;
  return field.starts_with("content-") || field.starts_with("grpc-") || field.ends_with("-bin") ||
         EqualsIgnoringCase(field, kJsonLength);
}

void AddFields(const grpc::ServerContext& call, http::Headers& headers) {
  for (const auto& [name, value] : call.client_metadata()) {
    const std::string_view field(name.data(), name.size());
    if (!IsOfTheWire(field)) headers.Add(std::string(field), std::string(value.data(), value.size()));
  }
}

http::Response Refusal(int status, const char* sentence) {
  return http::Response::Json(status, Json{{"error", sentence}}.Dump());
}

grpc::StatusCode CodeOf(int status) {
  switch (status) {
    case 400:
    case 405:
    case 415:
    case 422:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case 401:
      return grpc::StatusCode::UNAUTHENTICATED;
    case 403:
      return grpc::StatusCode::PERMISSION_DENIED;
    case 404:
      return grpc::StatusCode::NOT_FOUND;
    case 409:
      return grpc::StatusCode::ABORTED;
    case 413:
    case 429:
    case 507:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case kCancelled:
      return grpc::StatusCode::CANCELLED;
    case 501:
      return grpc::StatusCode::UNIMPLEMENTED;
    case 503:
      return grpc::StatusCode::UNAVAILABLE;
    case 504:
      return grpc::StatusCode::DEADLINE_EXCEEDED;
    default:
      return grpc::StatusCode::INTERNAL;
  }
}

/// The sentence of a refusal in either of the forms that REST has.
std::string SentenceOf(const http::Response& answer) {
  const auto json = Json::Parse(answer.content());
  if (!json) return std::string(answer.content());
  for (const char* member : {"error", "message", "detail"})
    if (const std::string sentence = json->Text(member); !sentence.empty()) return sentence;
  return std::string(answer.content());
}

}  // namespace

http::Response AskFor(const GrpcDoor::Ask& ask, const grpc::ServerContext& call, http::Request request) {
  if (call.deadline() <= std::chrono::system_clock::now())
    return Refusal(504, "The call's deadline passed before it was begun");
  if (call.IsCancelled()) return Refusal(kCancelled, "The caller gave the call up before it was begun");
  request.peer = PeerOf(call.peer());
  AddFields(call, request.headers);
  return ask(std::move(request));
}

grpc::Status StatusOf(const http::Response& answer) {
  if (answer.status < 300) return grpc::Status::OK;
  return {CodeOf(answer.status), SentenceOf(answer)};
}

grpc::Status StatusOf(const Error& error) {
  switch (error.reason) {
    case Reason::InvalidArgument:
    case Reason::Unprocessable:
      return {grpc::StatusCode::INVALID_ARGUMENT, error.message};
    case Reason::NotFound:
      return {grpc::StatusCode::NOT_FOUND, error.message};
    case Reason::AlreadyExists:
      return {grpc::StatusCode::ALREADY_EXISTS, error.message};
    case Reason::Conflict:
      return {grpc::StatusCode::ABORTED, error.message};
    case Reason::Unauthenticated:
      return {grpc::StatusCode::UNAUTHENTICATED, error.message};
    case Reason::Denied:
      return {grpc::StatusCode::PERMISSION_DENIED, error.message};
    case Reason::TooLarge:
    case Reason::Exhausted:
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, error.message};
    case Reason::Unsupported:
      return {grpc::StatusCode::UNIMPLEMENTED, error.message};
    case Reason::Unavailable:
      return {grpc::StatusCode::UNAVAILABLE, error.message};
    case Reason::Corrupt:
      return {grpc::StatusCode::DATA_LOSS, error.message};
    case Reason::Internal:
      break;
  }
  return {grpc::StatusCode::INTERNAL, error.message};
}

std::string PeerOf(const std::string& peer) {
  const auto scheme = peer.find(':');
  auto address = PercentDecode(std::string_view(peer).substr(scheme + 1), UrlPart::Path);
  return address ? *std::move(address) : peer;
}

}  // namespace cairn::inference

#include "server/cairn/answer.h"

#include <array>

namespace cairn::api {

int StatusOf(Reason reason) {
  switch (reason) {
    case Reason::InvalidArgument:
      return 400;
    case Reason::Unprocessable:
      return 422;
    case Reason::NotFound:
      return 404;
    case Reason::AlreadyExists:
      return 409;
    case Reason::Conflict:
      return 409;
    case Reason::Unauthenticated:
      return 401;
    case Reason::Denied:
      return 403;
    case Reason::TooLarge:
      return 413;
    case Reason::Exhausted:
      return 507;
    case Reason::Unsupported:
      return 501;
    case Reason::Unavailable:
      return 503;
    case Reason::Corrupt:
      return 500;
    case Reason::Internal:
      return 500;
  }
  return 500;
}

Reason ReasonOf(std::string_view name) {
  static constexpr std::array kAll = {Reason::InvalidArgument, Reason::Unprocessable, Reason::NotFound,
                                      Reason::AlreadyExists,   Reason::Conflict,      Reason::Unauthenticated,
                                      Reason::Denied,          Reason::TooLarge,      Reason::Exhausted,
                                      Reason::Unsupported,     Reason::Unavailable,   Reason::Corrupt,
                                      Reason::Internal};
  for (const Reason reason : kAll) {
    if (name == NameOf(reason)) return reason;
  }
  return Reason::Internal;
}

std::string Call::Actor() const {
  const std::string_view named = request.headers.Get("X-Cairn-Actor");
  return named.empty() ? "client" : std::string(named);
}

http::Response Reply(const Result<Json>& answer) {
  if (answer) return http::Response::Json(200, answer->Dump());
  const Json error{
      {"error", Json{{"reason", NameOf(answer.error().reason)}, {"message", answer.error().message}}}};
  return http::Response::Json(StatusOf(answer.error().reason), error.Dump());
}

http::Handler Answer(JsonHandler handler) {
  return [handler = std::move(handler)](const http::Request& request) -> http::Response {
    Json body = Json::Object();
    if (!request.body.empty()) {
      auto parsed = Json::Parse(request.body);
      if (!parsed) return Reply(std::move(parsed).error());
      if (!parsed->IsObject()) return Reply(Error{Reason::InvalidArgument, "the body must be a JSON object"});
      body = *std::move(parsed);
    }
    return Reply(handler(Call{request, std::move(body)}));
  };
}

}  // namespace cairn::api

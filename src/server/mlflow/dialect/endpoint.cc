#include "server/mlflow/endpoint.h"

namespace cairn::mlflow {
namespace {

struct Verdict {
  int status;
  const char* code;
};

Verdict VerdictOf(Reason reason) {
  switch (reason) {
    case Reason::InvalidArgument:
    case Reason::Unprocessable:
      return {400, "INVALID_PARAMETER_VALUE"};
    case Reason::NotFound:
      return {404, "RESOURCE_DOES_NOT_EXIST"};
    case Reason::AlreadyExists:
      return {400, "RESOURCE_ALREADY_EXISTS"};
    case Reason::Conflict:
      return {409, "RESOURCE_CONFLICT"};
    case Reason::Unauthenticated:
      return {401, "UNAUTHENTICATED"};
    case Reason::Denied:
      return {403, "PERMISSION_DENIED"};
    case Reason::TooLarge:
      return {413, "INVALID_PARAMETER_VALUE"};
    // Clients try 429 again for minutes; a full disk does not empty itself.
    case Reason::Exhausted:
      return {507, "RESOURCE_EXHAUSTED"};
    case Reason::Unsupported:
      return {501, "NOT_IMPLEMENTED"};
    case Reason::Unavailable:
      return {503, "TEMPORARILY_UNAVAILABLE"};
    case Reason::Corrupt:
      return {500, "DATA_LOSS"};
    case Reason::Internal:
      return {500, "INTERNAL_ERROR"};
  }
  return {500, "INTERNAL_ERROR"};
}

TextOperation TextOf(const Endpoint& endpoint) {
  if (endpoint.text) return endpoint.text;
  return [operation = endpoint.operation](const Fields& fields) -> Result<std::string> {
    return CAIRN_TRY(operation(fields)).Dump();
  };
}

http::Response Written(Result<std::string> message) {
  return message ? http::Response::Json(200, *std::move(message)) : Refusal(message.error());
}

http::Handler HandlerOf(const Endpoint& endpoint) {
  if (endpoint.later) return nullptr;
  return [text = TextOf(endpoint)](const http::Request& request) {
    const auto message = MessageOf(request);
    if (!message) return Refusal(message.error());
    return Written(text(Fields(*message)));
  };
}

http::LaterHandler LaterHandlerOf(const Endpoint& endpoint) {
  if (!endpoint.later) return nullptr;
  return [later = endpoint.later](const http::Request& request, http::Reply reply) {
    const auto message = MessageOf(request);
    if (!message) return reply([refused = message.error()] { return Refusal(refused); });
    later(Fields(*message), [reply = std::move(reply)](std::function<Result<std::string>()> write) {
      reply([write = std::move(write)] { return Written(write()); });
    });
  };
}

/// A handler that answers as before while nothing was written. Refusals are not kept.
http::Handler Keeping(http::Handler handler, const Endpoint& endpoint, const sql::Database& database,
                      std::shared_ptr<KeptAnswers> kept) {
  return [handler = std::move(handler), path = endpoint.path, &database,
          kept = std::move(kept)](const http::Request& request) {
    const auto writes = database.WriteCount();
    if (!writes) return handler(request);
    auto question = path + '?' + request.query + '\n' + request.body;
    if (auto known = kept->Find(question, *writes)) return http::Response::Json(200, std::move(known));
    auto response = handler(request);
    if (response.status != 200) return response;
    auto answer = std::make_shared<const std::string>(std::move(response.body));
    kept->Keep(std::move(question), *writes, answer);
    return http::Response::Json(200, std::move(answer));
  };
}

void Mount(http::Router& router, const Endpoint& endpoint, http::Handler handler) {
  const auto rest = "/" + endpoint.version + "/mlflow/" + endpoint.path;
  http::Route route{endpoint.method, "/api" + rest, std::move(handler), endpoint.lane};
  route.later = LaterHandlerOf(endpoint);
  if (endpoint.twins == Twins::Both) router.Add(route);
  route.pattern = "/ajax-api" + rest;
  MountForPages(router, route);
}

}  // namespace

http::Response Refusal(const Error& error) {
  const auto verdict = VerdictOf(error.reason);
  return http::Response::Json(verdict.status,
                              Json{{"error_code", verdict.code}, {"message", error.message}}.Dump());
}

http::Response Answer(const Result<Json>& outcome) {
  return outcome ? http::Response::Json(200, outcome->Dump()) : Refusal(outcome.error());
}

Result<Json> Empty(const Result<>& outcome) {
  if (!outcome) return outcome.error();
  return Json::Object();
}

void MountEndpoints(http::Router& router, const Endpoints& endpoints) {
  for (const auto& endpoint : endpoints) Mount(router, endpoint, HandlerOf(endpoint));
}

void MountEndpoints(http::Router& router, const Endpoints& endpoints, const sql::Database& database,
                    const std::shared_ptr<KeptAnswers>& kept) {
  for (const auto& endpoint : endpoints) {
    auto handler = HandlerOf(endpoint);
    if (endpoint.repeats == Repeats::Kept) handler = Keeping(std::move(handler), endpoint, database, kept);
    Mount(router, endpoint, std::move(handler));
  }
}

void MountForPages(http::Router& router, const http::Route& route) {
  router.Add(route);
  auto below = route;
  below.pattern = std::string(kPagePrefix) + route.pattern;
  router.Add(std::move(below));
}

}  // namespace cairn::mlflow

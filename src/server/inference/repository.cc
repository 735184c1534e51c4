#include "server/inference/repository.h"

#include "ground/vocabulary/text.h"
#include "server/inference/asked.h"

namespace cairn::inference {
namespace {

using serving::Service;

Result<Json> BodyOf(const http::Request& request) {
  if (Trim(request.body).empty()) return Json::Object();
  auto json = Json::Parse(request.body);
  if (json && json->IsObject()) return json;
  return Error{Reason::InvalidArgument, "failed to parse the request JSON buffer: " +
                                            (json ? std::string("it is no object") : json.error().message)};
}

http::Response Index(Service& service, const http::Request& request) {
  const auto body = BodyOf(request);
  if (!body) return Refused(body.error());
  const auto versions = service.Versions();
  if (!versions) return Refused(versions.error());
  const std::string model = service.offer()->model;
  Json list = Json::Array();
  for (const auto& one : *versions) {
    if (body->Bool("ready") && !one.ready) continue;
    list.Push(Json{{"name", model},
                   {"version", std::to_string(one.version)},
                   {"state", one.ready ? "READY" : "UNAVAILABLE"},
                   {"reason", one.reason}});
  }
  return http::Response::Json(200, list.Dump());
}

/// The versions that a configuration asks for; none when it asks for nothing in particular.
Result<std::vector<std::int64_t>> VersionsIn(const std::string& config) {
  constexpr const char* kOnly =
      "a model's configuration comes with its decision, so that parameters.config may say nothing but "
      "{\"version_policy\": {\"specific\": {\"versions\": [NUMBER, …]}}}";
  const auto json = Json::Parse(config);
  if (!json)
    return Error{Reason::InvalidArgument, "failed to parse parameters.config: " + json.error().message};
  const Json& versions = json->At("version_policy").At("specific").At("versions");
  const bool alone = json->members().size() == 1 && json->At("version_policy").members().size() == 1;
  if (!alone || !versions.IsArray()) return Error{Reason::Denied, kOnly};
  std::vector<std::int64_t> numbers;
  for (const Json& version : versions.items()) {
    // Triton's own clients write whole numbers of 64 bits as texts.
    const auto number = version.IsString() ? ParseInt(version.AsString())
                        : version.IsInt()  ? Result<std::int64_t>(version.AsInt())
                                           : Error{Reason::InvalidArgument, kOnly};
    numbers.push_back(CAIRN_TRY(number));
  }
  return numbers;
}

Result<> Load(Service& service, const std::string& model, const Json& parameters) {
  for (const auto& [name, value] : parameters.members()) {
    if (name.starts_with("file:"))
      return Error{Reason::Denied, "failed to load '" + model +
                                       "': files come by registering a version (mlflow.register_model), and "
                                       "go live by a decision; none are taken from a request"};
  }
  if (const std::string config = parameters.Text("config"); !config.empty()) {
    for (const std::int64_t version : CAIRN_TRY(VersionsIn(config))) CAIRN_TRY(service.Describe(version));
    return Done{};
  }
  CAIRN_TRY(service.Follow());
  if (service.offer()->version > 0) return Done{};
  return Error{Reason::Unavailable, "failed to load '" + model + "': " + service.state().problem};
}

/// Load and unload of a model that is not the bound one, and of nothing at all.
Result<> CheckModel(Service& service, const http::Request& request, std::string_view deed) {
  const std::string model(request.Captured("model"));
  if (!model.empty() && model == service.offer()->model) return Done{};
  return Error{Reason::NotFound, "failed to " + std::string(deed) + " '" + model +
                                     "', no accepted configuration binds a model of that name"};
}

http::Response AnswerLoad(Service& service, const http::Request& request) {
  const auto loaded = [&]() -> Result<> {
    const Json body = CAIRN_TRY(BodyOf(request));
    CAIRN_TRY(CheckModel(service, request, "load"));
    return Load(service, std::string(request.Captured("model")), body.At("parameters"));
  }();
  return loaded ? http::Response::Json(200, std::string("{}")) : Refused(loaded.error());
}

http::Response AnswerUnload(Service& service, const http::Request& request) {
  const auto released = [&]() -> Result<> {
    CAIRN_TRY(BodyOf(request));
    CAIRN_TRY(CheckModel(service, request, "unload"));
    return service.Release();
  }();
  return released ? http::Response::Json(200, std::string("{}")) : Refused(released.error());
}

}  // namespace

void MountRepository(http::Router& router, Service& service) {
  const auto on = [&service](http::Response (*handle)(Service&, const http::Request&)) {
    return [&service, handle](const http::Request& request) { return handle(service, request); };
  };
  router.Post("/v2/repository/index", on(Index), http::Lane::Read);
  router.Post("/v2/repository/models/{model}/load", on(AnswerLoad), http::Lane::Inference);
  router.Post("/v2/repository/models/{model}/unload", on(AnswerUnload), http::Lane::Inference);
}

}  // namespace cairn::inference

#include "server/cairn/batches.h"

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/monitoring/training_data.h"
#include "server/cairn/answer.h"

namespace cairn::api {
namespace {

Json Nothing(const std::string& why) { return Json{{"data", ""}, {"why", why}, {"columns", Json::Object()}}; }

/// How the columns looked in the data that a version was trained on: what its inputs are held against.
Result<Json> ReferenceOf(const BatchRooms& rooms, const registry::ModelVersion& version) {
  const std::string& model = version.model;
  const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
  if (!accepted) return Nothing("no configuration is accepted that binds '" + model + "' to a data set");
  const Node root = CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"));
  const std::string dataset = TextAtPath(root, "model.dataset");
  if (TextAtPath(root, "model.name") != model || dataset.empty())
    return Nothing("the accepted cairn.yaml does not bind '" + model + "' to a data set");
  monitoring::TrainingData training(rooms.registry, rooms.catalogue);
  const auto number = CAIRN_TRY(training.Of(model, version.version, dataset));
  if (!number) return Nothing("the data set '" + dataset + "' has no version");
  const std::string data = dataset + "@" + std::to_string(*number);
  const auto profile = rooms.catalogue.FindProfile(dataset, *number);
  if (!profile && profile.error().reason == Reason::NotFound)
    return Nothing("there is no profile of " + data + ": `cairn data profile " + dataset +
                   " --data-version " + std::to_string(*number) + "` makes one");
  if (!profile) return profile.error();
  return Json{{"data", data}, {"why", ""}, {"columns", profile->At("reference")}};
}

/// With "denied", why answers of the version may not be published; "" where they may.
Result<Json> Reference(const BatchRooms& rooms, const Call& call) {
  const auto version =
      CAIRN_TRY(rooms.registry.Find(call.Path("name"), CAIRN_TRY(ParseInt(call.Path("version")))));
  Json reference = CAIRN_TRY(ReferenceOf(rooms, version));
  const auto allowed = rooms.registry.AllowAnswering(version.model, version.version);
  if (!allowed && allowed.error().reason != Reason::Denied) return allowed.error();
  return reference.Set("denied", allowed ? "" : allowed.error().message);
}

Result<Json> List(const batch::Published& published) {
  return Json{{"items", Json::Array(CAIRN_TRY(published.List()))}};
}

/// The values of the key, as they stand in the address behind the rows.
Result<std::vector<std::string>> KeyIn(const http::Request& request) {
  constexpr std::string_view kRows = "/rows/";
  const std::string_view path = request.path;
  std::vector<std::string> key;
  for (const auto part : Split(path.substr(path.find(kRows) + kRows.size()), '/'))
    key.push_back(CAIRN_TRY(PercentDecode(part, UrlPart::Path)));
  return key;
}

http::Response SendRow(const batch::Published& published, const http::Request& request) {
  const auto row = [&]() -> Result<std::string> {
    return published.Find(std::string(request.Captured("name")), CAIRN_TRY(KeyIn(request)));
  }();
  return row ? http::Response::Json(200, *row) : Reply(row.error());
}

http::Response Publish(batch::Published& published, const http::Request& request) {
  const Call call{request, Json::Object()};
  if (request.body_file.empty())
    return Reply(Error{Reason::InvalidArgument,
                       "A table of answers is published as the body of the request, as `cairn batch` does."});
  return Reply(published.Publish(call.Path("name"), request.body_file, call.Actor()));
}

}  // namespace

void MountBatches(http::Router& router, BatchRooms rooms) {
  auto& published = rooms.published;
  router.Get("/api/v1/models/{name}/versions/{version}/reference",
             Answer([rooms](const Call& call) { return Reference(rooms, call); }));
  router.Get("/api/v1/batches", Answer([&published](const Call&) { return List(published); }));
  router.Get("/api/v1/batches/{name}",
             Answer([&published](const Call& call) { return published.About(call.Path("name")); }));
  router.Get("/api/v1/batches/{name}/rows/{key...}",
             [&published](const http::Request& request) { return SendRow(published, request); });
  router.Post("/api/v1/batches/{name}/refusals", Answer([&published](const Call& call) {
                return published.Refuse(call.Path("name"), call.body, call.Actor());
              }));
  router.Add({"POST", "/api/v1/batches/{name}",
              [&published](const http::Request& request) { return Publish(published, request); },
              http::Lane::Bytes, http::BodyMode::File});
}

}  // namespace cairn::api

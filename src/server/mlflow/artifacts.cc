#include "loop/tracking/artifacts.h"

#include "ground/os/files.h"
#include "loop/tracking/artifact_path.h"
#include "server/mlflow/file_answer.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using http::Request;
using http::Response;
using tracking::Artifacts;

constexpr const char* kProxy = "/2.0/mlflow-artifacts/artifacts";

Response Done200(const Result<>& outcome) {
  return outcome ? Response::Text(200, "") : Refusal(outcome.error());
}

Json EntryJson(const Artifacts::Entry& entry, const std::string& below) {
  Json message{{"path", below.empty() ? entry.path : below + "/" + entry.path}, {"is_dir", entry.folder}};
  if (!entry.folder) message.Set("file_size", static_cast<std::int64_t>(entry.bytes));
  return message;
}

/// The proxy's list: base names only, which is how clients tell a file from a folder.
Result<Json> ListProxied(const Artifacts& artifacts, const Fields& fields) {
  auto files = Json::Array();
  for (const auto& entry : CAIRN_TRY(artifacts.List(CAIRN_TRY(fields.TextOrEmpty("path")))))
    files.Push(EntryJson(entry, ""));
  Json answer = Json::Object();
  if (!files.items().empty()) answer.Set("files", std::move(files));
  return answer;
}

Response ListHandler(const Artifacts& artifacts, const Request& request) {
  const auto message = MessageOf(request);
  if (!message) return Refusal(message.error());
  return Answer(ListProxied(artifacts, Fields(*message)));
}

Result<Artifacts::File> RunFile(Rooms rooms, const Request& request) {
  const auto message = CAIRN_TRY(MessageOf(request));
  const Fields fields(message);
  const auto run =
      CAIRN_TRY(rooms.tracking.runs.Find(CAIRN_TRY(fields.RequiredTextOf("run_id", "run_uuid"))));
  return FileBelow(rooms.places, run.info.artifact_uri, CAIRN_TRY(fields.RequiredText("path")));
}

Result<Artifacts::File> ModelFile(Rooms rooms, const Request& request) {
  const auto message = CAIRN_TRY(MessageOf(request));
  const Fields fields(message);
  const auto model = CAIRN_TRY(rooms.tracking.models.Find(CAIRN_TRY(fields.RequiredText("model_id"))));
  return FileBelow(rooms.places, model.artifact_uri, CAIRN_TRY(fields.RequiredText("artifact_file_path")));
}

Result<> Put(Rooms rooms, const Request& request) {
  CAIRN_TRY(AllowChange(rooms.registry, request.Captured("path")));
  return rooms.artifacts.Adopt(request.Captured("path"), request.body_file);
}

/// A page's way to add a small file to a run.
Result<Json> Upload(Rooms rooms, const Request& request) {
  constexpr std::uint64_t kMostBytes = 10 * 1024 * 1024;
  const auto run_id = request.QueryParameter("run_uuid").value_or("");
  const auto path = request.QueryParameter("path").value_or("");
  if (run_id.empty() || path.empty())
    return Error{Reason::InvalidArgument,
                 std::string("Request must specify ") + (run_id.empty() ? "run_uuid." : "path.")};
  const auto below = CAIRN_TRY(tracking::CheckedArtifactPath(path));
  const auto bytes = request.body_file.empty() ? 0 : CAIRN_TRY(os::Stat(request.body_file)).stamp.size;
  if (bytes == 0) return Error{Reason::InvalidArgument, "Request must specify data: its body is empty."};
  if (bytes > kMostBytes)
    return Error{Reason::InvalidArgument,
                 "Artifact size is too large. Max size is 10MB; send larger ones to "
                 "/api/2.0/mlflow-artifacts/artifacts."};
  const auto run = CAIRN_TRY(rooms.tracking.runs.Find(run_id));
  const auto root = CAIRN_TRY(rooms.places.At(run.info.artifact_uri));
  const auto place = root.path + "/" + below;
  if (root.own) CAIRN_TRY(AllowChange(rooms.registry, place));
  return Empty(root.artifacts->Adopt(place, request.body_file));
}

Result<> Remove(Rooms rooms, const Request& request) {
  CAIRN_TRY(AllowChange(rooms.registry, request.Captured("path")));
  CAIRN_TRY(rooms.registry.AllowFilesRemoval(request.Captured("path")));
  auto removed = rooms.artifacts.Remove(request.Captured("path"));
  // Clients delete what may be gone, and expect no error then.
  if (!removed && removed.error().reason == Reason::NotFound) return Done{};
  return removed;
}

}  // namespace

Result<> AllowChange(const registry::Registry& registry, std::string_view path) {
  if (!CAIRN_TRY(registry.IsFrozen(path))) return {};
  return Error{
      Reason::Denied,
      "The artifact '" + std::string(path) +
          "' belongs to a registered version of the model that the accepted configuration binds; its files "
          "were frozen when it was registered. Log the model anew and register it as the next version, to be "
          "judged (`cairn model approve`) and promoted (`cairn model promote`)."};
}

Result<Artifacts::File> FileBelow(tracking::ArtifactPlaces& places, const std::string& root_uri,
                                  const std::string& path) {
  const auto below = CAIRN_TRY(tracking::CheckedArtifactPath(path));
  const auto root = CAIRN_TRY(places.At(root_uri));
  return root.artifacts->Find(root.path + "/" + below);
}

Result<Json> ListArtifacts(tracking::ArtifactPlaces& places, const std::string& root_uri,
                           const std::string& path) {
  const auto below = CAIRN_TRY(tracking::CheckedArtifactPath(path));
  const auto root = CAIRN_TRY(places.At(root_uri));
  auto files = Json::Array();
  for (const auto& entry :
       CAIRN_TRY(root.artifacts->List(below.empty() ? root.path : root.path + "/" + below))) {
    files.Push(EntryJson(entry, below));
  }
  Json answer{{"root_uri", root_uri}};
  if (!files.items().empty()) answer.Set("files", std::move(files));
  return answer;
}

namespace {

/// The proxy, at the address for clients or at the one for pages.
template <class Add>
void MountProxy(const Add& add, const std::string& address, Rooms rooms) {
  constexpr auto kBytes = http::Lane::Bytes;
  auto& artifacts = rooms.artifacts;
  const std::string file = address + "/{path...}";
  add({"GET", address, [&artifacts](const Request& request) { return ListHandler(artifacts, request); }});
  add({"GET", file,
       [&artifacts](const Request& request) {
         return Download(request, artifacts.Find(request.Captured("path")));
       },
       kBytes});
  add({"PUT", file, [rooms](const Request& request) { return Done200(Put(rooms, request)); }, kBytes,
       http::BodyMode::File});
  add({"DELETE", file, [rooms](const Request& request) { return Answer(Empty(Remove(rooms, request))); },
       kBytes});
}

}  // namespace

void MountArtifacts(http::Router& router, Rooms rooms) {
  MountProxy([&router](http::Route route) { router.Add(std::move(route)); }, std::string("/api") + kProxy,
             rooms);
  MountProxy([&router](const http::Route& route) { MountForPages(router, route); },
             std::string("/ajax-api") + kProxy, rooms);
  const auto of_run = [rooms](const Request& request) { return Download(request, RunFile(rooms, request)); };
  for (const char* address : {"/get-artifact", "/ajax-api/2.0/mlflow/get-artifact"})
    MountForPages(router, {"GET", address, of_run, http::Lane::Bytes});
  MountForPages(router,
                {"GET", "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files",
                 [rooms](const Request& request) { return Download(request, ModelFile(rooms, request)); },
                 http::Lane::Bytes});
  MountForPages(router, {"POST", "/ajax-api/2.0/mlflow/upload-artifact",
                         [rooms](const Request& request) { return Answer(Upload(rooms, request)); },
                         http::Lane::Bytes, http::BodyMode::File});
}

}  // namespace cairn::mlflow

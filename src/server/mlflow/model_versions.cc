#include <optional>
#include <regex>
#include <utility>

#include "ground/os/environment.h"
#include "loop/tracking/artifact_path.h"
#include "server/mlflow/file_answer.h"
#include "server/mlflow/host_policy.h"
#include "server/mlflow/messages.h"
#include "server/mlflow/registered.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using registry::ModelVersion;
using registry::Registry;

/// Which version a request is about.
struct Which {
  std::string name;
  std::int64_t version = 0;
};

Result<Which> WhichOf(const Fields& fields) {
  return Which{CAIRN_TRY(fields.RequiredText("name")), CAIRN_TRY(fields.RequiredInt("version"))};
}

Result<Json> VersionAnswer(const Result<ModelVersion>& version) {
  if (!version) return version.error();
  return Json{{"model_version", ToJson(*version)}};
}

/// A server's owner may say which sources there may be, by the variable that MLflow's server reads.
Result<> CheckAgainstPattern(const std::string& source) {
  const auto pattern = os::VariableOr("MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX", "");
  constexpr std::size_t kLongest = 2'000;  // The matcher's steps nest.
  if (pattern.empty()) return {};
  try {
    if (source.size() <= kLongest && std::regex_search(source, std::regex(pattern))) return {};
  } catch (const std::regex_error& wrong) {
    return Error{Reason::InvalidArgument,
                 "MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX holds no pattern that "
                 "this server can read, so that no version can be created: " +
                     std::string(wrong.what())};
  }
  return Error{Reason::InvalidArgument, "Invalid model version source: '" + source + "'."};
}

/// `artifact_root`: where this server lets clients keep artifacts.
Result<Json> Create(Registry& registry, const std::string& artifact_root, const Fields& fields) {
  registry::NewVersion wanted;
  wanted.model = CAIRN_TRY(fields.RequiredText("name"));
  wanted.source = CAIRN_TRY(fields.RequiredText("source"));
  wanted.run_id = CAIRN_TRY(fields.TextOrEmpty("run_id"));
  wanted.model_id = CAIRN_TRY(fields.TextOrEmpty("model_id"));
  wanted.run_link = CAIRN_TRY(fields.TextOrEmpty("run_link"));
  wanted.description = CAIRN_TRY(fields.TextOrEmpty("description"));
  wanted.tags = RegistryTags(CAIRN_TRY(TagsOf(fields, "tags")));
  wanted.actor = kActor;
  wanted.owner = registry::NewVersion::Owner::Asked;
  CAIRN_TRY(CheckAgainstPattern(wanted.source));
  CAIRN_TRY(CheckHost(wanted.source, "source", artifact_root));
  return VersionAnswer(registry.Add(wanted));
}

Result<Json> Get(Registry& registry, const Fields& fields) {
  const auto which = CAIRN_TRY(WhichOf(fields));
  return VersionAnswer(registry.Find(which.name, which.version));
}

Result<Json> DownloadUri(Registry& registry, const Fields& fields) {
  const auto which = CAIRN_TRY(WhichOf(fields));
  return Json{{"artifact_uri", CAIRN_TRY(registry.Find(which.name, which.version)).storage}};
}

Result<Json> Update(Registry& registry, const Fields& fields) {
  const auto which = CAIRN_TRY(WhichOf(fields));
  const auto description = CAIRN_TRY(fields.Text("description"));
  return VersionAnswer(registry.DescribeVersion(which.name, which.version, description));
}

Result<Json> TransitionStage(Registry& registry, const Fields& fields) {
  const auto which = CAIRN_TRY(WhichOf(fields));
  const auto stage = CAIRN_TRY(fields.RequiredText("stage"));
  const bool archive = CAIRN_TRY(fields.Bool("archive_existing_versions", false));
  return VersionAnswer(registry.ChangeStage(which.name, which.version, stage, archive, kActor));
}

Result<Json> Delete(Registry& registry, const Fields& fields) {
  const auto which = CAIRN_TRY(WhichOf(fields));
  return Empty(registry.DeleteVersion(which.name, which.version, kActor));
}

Result<Json> Search(Registry& registry, const Fields& fields) {
  const auto page = CAIRN_TRY(registry.SearchVersions(CAIRN_TRY(SearchOf(fields, 200'000, 200'000))));
  Json list = Json::Array(), answer = Json::Object();
  for (const auto& version : page.items) list.Push(ToJson(version));
  SetList(answer, "model_versions", std::move(list));
  if (!page.next.empty()) answer.Set("next_page_token", page.next);
  return answer;
}

Result<Json> SetTag(Registry& registry, const Fields& fields) {
  const auto which = CAIRN_TRY(WhichOf(fields));
  return Empty(registry.SetVersionTag(
      which.name, which.version,
      {CAIRN_TRY(fields.RequiredText("key")), CAIRN_TRY(fields.TextOrEmpty("value"))}));
}

Result<Json> DeleteTag(Registry& registry, const Fields& fields) {
  const auto which = CAIRN_TRY(WhichOf(fields));
  return Empty(registry.DeleteVersionTag(which.name, which.version, CAIRN_TRY(fields.RequiredText("key"))));
}

Result<tracking::Artifacts::File> VersionFile(Rooms rooms, const http::Request& request) {
  const auto message = CAIRN_TRY(MessageOf(request));
  const Fields fields(message);
  const auto which = CAIRN_TRY(WhichOf(fields));
  const auto path = CAIRN_TRY(fields.RequiredText("path"));
  const auto version = CAIRN_TRY(rooms.registry.Find(which.name, which.version));
  if (version.location.empty()) return FileBelow(rooms.places, version.storage, path);
  const auto below = CAIRN_TRY(tracking::CheckedArtifactPath(path));
  CAIRN_TRY(rooms.registry.FolderOf(version));
  return rooms.artifacts.Find(version.location + "/" + below);
}

}  // namespace

Json ToJson(const ModelVersion& version) {
  Json message{{"name", version.model},
               {"version", std::to_string(version.version)},
               {"creation_timestamp", version.created_ms},
               {"last_updated_timestamp", version.updated_ms},
               {"current_stage", version.stage},
               {"description", version.description}};
  message.Set("source", version.source).Set("run_id", version.run_id).Set("status", "READY");
  SetList(message, "tags", ToJson(version.tags));
  message.Set("run_link", version.run_link);
  Json aliases = Json::Array();
  for (const auto& alias : version.aliases) aliases.Push(alias);
  SetList(message, "aliases", std::move(aliases));
  if (!version.model_id.empty()) message.Set("model_id", version.model_id);
  return message;
}

Endpoints ModelVersionEndpoints(Registry& registry, const tracking::Experiments& experiments) {
  const auto to = [&registry](auto operation) -> Operation {
    return [&registry, operation](const Fields& fields) { return operation(registry, fields); };
  };
  const auto create = [&registry, &experiments](const Fields& fields) {
    return Create(registry, experiments.artifact_root(), fields);
  };
  constexpr auto kWrite = http::Lane::Write;
  return {{"POST", "model-versions/create", create, kWrite},
          {"GET", "model-versions/get", to(Get)},
          {"GET", "model-versions/get-download-uri", to(DownloadUri)},
          {"PATCH", "model-versions/update", to(Update), kWrite},
          {"POST", "model-versions/transition-stage", to(TransitionStage), kWrite},
          {"DELETE", "model-versions/delete", to(Delete), kWrite},
          {"GET", "model-versions/search", to(Search)},
          {"POST", "model-versions/set-tag", to(SetTag), kWrite},
          {"DELETE", "model-versions/delete-tag", to(DeleteTag), kWrite}};
}

void MountVersionFiles(http::Router& router, Rooms rooms) {
  MountForPages(router, {"GET", "/model-versions/get-artifact",
                         [rooms](const http::Request& request) {
                           return Download(request, VersionFile(rooms, request));
                         },
                         http::Lane::Bytes});
}

}  // namespace cairn::mlflow

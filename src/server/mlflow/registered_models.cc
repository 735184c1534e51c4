#include <algorithm>
#include <utility>

#include "server/mlflow/messages.h"
#include "server/mlflow/registered.h"
#include "server/mlflow/resources.h"

namespace cairn::mlflow {
namespace {

using registry::RegisteredModel;
using registry::Registry;

Result<std::string> Name(const Fields& fields) { return fields.RequiredText("name"); }

Result<Json> ModelAnswer(const Registry& registry, Result<RegisteredModel> model) {
  if (!model) return std::move(model).error();
  const std::string names[] = {model->name};
  return Json{{"registered_model", ToJson(*model, CAIRN_TRY(registry.NewestInStages(names)))}};
}

Result<Json> Create(Registry& registry, const Fields& fields) {
  const auto tags = RegistryTags(CAIRN_TRY(TagsOf(fields, "tags")));
  return ModelAnswer(registry, registry.Create(CAIRN_TRY(Name(fields)), tags,
                                               CAIRN_TRY(fields.TextOrEmpty("description")), kActor));
}

Result<Json> Get(Registry& registry, const Fields& fields) {
  return ModelAnswer(registry, registry.FindModel(CAIRN_TRY(Name(fields))));
}

Result<Json> Rename(Registry& registry, const Fields& fields) {
  return ModelAnswer(
      registry, registry.Rename(CAIRN_TRY(Name(fields)), CAIRN_TRY(fields.RequiredText("new_name")), kActor));
}

Result<Json> Update(Registry& registry, const Fields& fields) {
  return ModelAnswer(
      registry, registry.Describe(CAIRN_TRY(Name(fields)), CAIRN_TRY(fields.TextOrEmpty("description"))));
}

Result<Json> Delete(Registry& registry, const Fields& fields) {
  return Empty(registry.DeleteModel(CAIRN_TRY(Name(fields)), kActor));
}

Result<Json> Search(Registry& registry, const Fields& fields) {
  const auto page = CAIRN_TRY(registry.SearchModels(CAIRN_TRY(SearchOf(fields, 1000, 100))));
  std::vector<std::string> names;
  for (const auto& model : page.items) names.push_back(model.name);
  const auto newest = CAIRN_TRY(registry.NewestInStages(names));
  Json list = Json::Array(), answer = Json::Object();
  for (const auto& model : page.items) list.Push(ToJson(model, newest));
  SetList(answer, "registered_models", std::move(list));
  if (!page.next.empty()) answer.Set("next_page_token", page.next);
  return answer;
}

/// The newest in the stages asked for, in all of them when none is.
Result<Json> LatestVersions(Registry& registry, const Fields& fields) {
  const std::string names[] = {CAIRN_TRY(Name(fields))};
  CAIRN_TRY(registry.FindModel(names[0]));
  std::vector<std::string> stages;
  for (const auto& stage : CAIRN_TRY(fields.Texts("stages")))
    stages.push_back(CAIRN_TRY(registry::CanonicalStage(stage)));
  Json list = Json::Array(), answer = Json::Object();
  for (const auto& version : CAIRN_TRY(registry.NewestInStages(names))) {
    const bool asked =
        stages.empty() || std::find(stages.begin(), stages.end(), version.stage) != stages.end();
    if (asked) list.Push(ToJson(version));
  }
  SetList(answer, "model_versions", std::move(list));
  return answer;
}

Result<Json> SetTag(Registry& registry, const Fields& fields) {
  return Empty(registry.SetTag(CAIRN_TRY(Name(fields)), {CAIRN_TRY(fields.RequiredText("key")),
                                                         CAIRN_TRY(fields.TextOrEmpty("value"))}));
}

Result<Json> DeleteTag(Registry& registry, const Fields& fields) {
  return Empty(registry.DeleteTag(CAIRN_TRY(Name(fields)), CAIRN_TRY(fields.RequiredText("key"))));
}

Result<Json> SetAlias(Registry& registry, const Fields& fields) {
  return Empty(registry.SetAlias(CAIRN_TRY(Name(fields)), CAIRN_TRY(fields.RequiredText("alias")),
                                 CAIRN_TRY(fields.RequiredInt("version")), kActor));
}

Result<Json> DeleteAlias(Registry& registry, const Fields& fields) {
  return Empty(
      registry.DeleteAlias(CAIRN_TRY(Name(fields)), CAIRN_TRY(fields.RequiredText("alias")), kActor));
}

Result<Json> GetAlias(Registry& registry, const Fields& fields) {
  return Json{{"model_version", ToJson(CAIRN_TRY(registry.FindByAlias(
                                    CAIRN_TRY(Name(fields)), CAIRN_TRY(fields.RequiredText("alias")))))}};
}

}  // namespace

Json ToJson(const RegisteredModel& model, const std::vector<registry::ModelVersion>& newest) {
  Json message{{"name", model.name},
               {"creation_timestamp", model.created_ms},
               {"last_updated_timestamp", model.updated_ms}};
  if (!model.description.empty()) message.Set("description", model.description);
  Json latest = Json::Array(), aliases = Json::Array();
  for (const auto& version : newest) {
    if (version.model == model.name) latest.Push(ToJson(version));
  }
  for (const auto& alias : model.aliases)
    aliases.Push(Json{{"alias", alias.name}, {"version", std::to_string(alias.version)}});
  SetList(message, "latest_versions", std::move(latest));
  SetList(message, "tags", ToJson(model.tags));
  SetList(message, "aliases", std::move(aliases));
  return message;
}

Json ToJson(const std::vector<registry::Tag>& tags) {
  Json list = Json::Array();
  for (const auto& [key, value] : tags) list.Push(Json{{"key", key}, {"value", value}});
  return list;
}

std::vector<registry::Tag> RegistryTags(std::vector<tracking::Tag> tags) {
  std::vector<registry::Tag> pairs;
  for (auto& tag : tags) pairs.emplace_back(std::move(tag.key), std::move(tag.value));
  return pairs;
}

Result<Registry::Search> SearchOf(const Fields& fields, std::int64_t most, std::int64_t otherwise) {
  Registry::Search search;
  search.filter = CAIRN_TRY(fields.TextOrEmpty("filter"));
  search.order_by = CAIRN_TRY(fields.Texts("order_by"));
  search.max_results = CAIRN_TRY(fields.IntWithin("max_results", 1, most, otherwise));
  search.page_token = CAIRN_TRY(fields.TextOrEmpty("page_token"));
  return search;
}

Endpoints RegisteredModelEndpoints(Registry& registry) {
  const auto to = [&registry](auto operation) -> Operation {
    return [&registry, operation](const Fields& fields) { return operation(registry, fields); };
  };
  constexpr auto kWrite = http::Lane::Write;
  return {{"POST", "registered-models/create", to(Create), kWrite},
          {"GET", "registered-models/get", to(Get)},
          {"POST", "registered-models/rename", to(Rename), kWrite},
          {"PATCH", "registered-models/update", to(Update), kWrite},
          {"DELETE", "registered-models/delete", to(Delete), kWrite},
          {"GET", "registered-models/search", to(Search)},
          {"POST", "registered-models/get-latest-versions", to(LatestVersions)},
          {"GET", "registered-models/get-latest-versions", to(LatestVersions)},
          {"POST", "registered-models/set-tag", to(SetTag), kWrite},
          {"DELETE", "registered-models/delete-tag", to(DeleteTag), kWrite},
          {"POST", "registered-models/alias", to(SetAlias), kWrite},
          {"DELETE", "registered-models/alias", to(DeleteAlias), kWrite},
          {"GET", "registered-models/alias", to(GetAlias)}};
}

}  // namespace cairn::mlflow

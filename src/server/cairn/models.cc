#include "ground/vocabulary/text.h"
#include "loop/registry/registry.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using registry::ModelVersion;
using registry::RegisteredModel;
using registry::Registry;

Json ToJson(const std::vector<registry::Tag>& tags) {
  Json object = Json::Object();
  for (const auto& [key, value] : tags) object.Set(key, value);
  return object;
}

Json ToJson(const RegisteredModel& model, const registry::Guard& guard) {
  Json aliases = Json::Array();
  for (const auto& alias : model.aliases)
    aliases.Push(Json{{"name", alias.name}, {"version", alias.version}});
  return Json{{"name", model.name},
              {"description", model.description},
              {"tags", ToJson(model.tags)},
              {"aliases", std::move(aliases)},
              {"guarded_alias", model.name == guard.model ? guard.alias : ""},
              {"created_ms", model.created_ms},
              {"updated_ms", model.updated_ms}};
}

Json ToJson(const ModelVersion& version) {
  Json aliases = Json::Array();
  for (const auto& alias : version.aliases) aliases.Push(alias);
  return Json{{"version", version.version},       {"source", version.source},
              {"location", version.location},     {"run_id", version.run_id},
              {"model_id", version.model_id},     {"description", version.description},
              {"stage", version.stage},           {"tags", ToJson(version.tags)},
              {"aliases", std::move(aliases)},    {"manifest", version.manifest},
              {"created_by", version.created_by}, {"created_ms", version.created_ms},
              {"updated_ms", version.updated_ms}};
}

/// ?filter=&limit=&token=
Result<Json> List(const Registry& registry, const Call& call) {
  Registry::Search search;
  search.filter = call.Query("filter");
  search.page_token = call.Query("token");
  if (const auto limit = call.Query("limit"); !limit.empty()) search.max_results = CAIRN_TRY(ParseInt(limit));
  const auto page = CAIRN_TRY(registry.SearchModels(search));
  const auto guard = CAIRN_TRY(registry.guard());
  Json items = Json::Array();
  for (const auto& model : page.items) items.Push(ToJson(model, guard));
  Json answer{{"items", std::move(items)}};
  if (!page.next.empty()) answer.Set("next", page.next);
  return answer;
}

Result<Json> Show(const Registry& registry, const Call& call) {
  const auto name = call.Path("name");
  Json answer = ToJson(CAIRN_TRY(registry.FindModel(name)), CAIRN_TRY(registry.guard()));
  Json versions = Json::Array();
  for (const auto& version : CAIRN_TRY(registry.Versions(name))) versions.Push(ToJson(version));
  return answer.Set("versions", std::move(versions));
}

/// Whether the files are still what was registered.
Result<Json> Verify(const Registry& registry, const Call& call) {
  const auto version = CAIRN_TRY(registry.Find(call.Path("name"), CAIRN_TRY(ParseInt(call.Path("version")))));
  const auto verified = registry.Verify(version);
  return Json{{"model", version.model},
              {"version", version.version},
              {"manifest", version.manifest},
              {"sound", bool(verified)},
              {"problem", verified ? "" : verified.error().message}};
}

}  // namespace

void MountModels(http::Router& router, const Registry& registry) {
  router.Get("/api/v1/models", Answer([&registry](const Call& call) { return List(registry, call); }));
  router.Get("/api/v1/models/{name}", Answer([&registry](const Call& call) { return Show(registry, call); }));
  router.Get("/api/v1/models/{name}/versions/{version}/verify",
             Answer([&registry](const Call& call) { return Verify(registry, call); }), http::Lane::Bytes);
}

}  // namespace cairn::api

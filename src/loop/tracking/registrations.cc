#include "loop/tracking/registrations.h"

#include <set>

#include "ground/vocabulary/json.h"
#include "loop/tracking/tables/logged_model_table.h"

namespace cairn::tracking {
namespace {

/// Clients write the version as text or as a number.
std::string VersionText(const Json& entry) {
  const auto& version = entry.At("version");
  return version.IsInt() ? std::to_string(version.AsInt()) : entry.Text("version");
}

std::string ListedOnce(const Json& list) {
  std::set<std::pair<std::string, std::string>> seen;
  Json once = Json::Array();
  for (const auto& entry : list.items()) {
    auto name = entry.Text("name"), version = VersionText(entry);
    if (seen.emplace(name, version).second)
      once.Push(Json{{"name", std::move(name)}, {"version", std::move(version)}});
  }
  return once.Dump();
}

}  // namespace

std::string WithoutRepeats(std::string_view registrations) {
  const auto list = Json::Parse(registrations);
  return list && list->IsArray() ? ListedOnce(*list) : std::string(registrations);
}

Result<> NoteRegistration(sql::Connection& connection, std::string_view model_id, std::string_view name,
                          std::int64_t version) {
  const auto stored = ReadLiveModel(connection, model_id);
  if (!stored) return stored.error().reason == Reason::NotFound ? Result<>() : stored.error();
  auto model = *stored;
  CAIRN_TRY(ReadModelRecords(connection, std::span(&model, 1)));
  Json list = Json::Array();
  for (const auto& tag : model.tags) {
    const auto before = tag.key == kRegistrationsTag ? Json::Parse(tag.value) : Result<Json>(Json());
    if (before && before->IsArray()) list = *before;
  }
  list.Push(Json{{"name", name}, {"version", std::to_string(version)}});
  const Tag tag{std::string(kRegistrationsTag), ListedOnce(list)};
  return UpsertModelTags(connection, model_id, std::span(&tag, 1));
}

}  // namespace cairn::tracking

#include "loop/data/catalogue.h"

#include "ground/vocabulary/text.h"
#include "loop/data/aliases.h"
#include "loop/data/seal.h"
#include "loop/data/search.h"
#include "loop/data/splits.h"
#include "loop/data/verification.h"
#include "loop/data/withdrawal.h"
#include "server/cairn/answer.h"
#include "server/cairn/data_call.h"
#include "server/cairn/dataset_json.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using Rooms = std::shared_ptr<const DataRooms>;

/// "version" in a body: a number, or a text with a number or an alias; absent for the newest.
Result<data::DatasetVersion> VersionIn(const Rooms& rooms, const Json& body) {
  const Json& version = body.At("version");
  if (!version.IsNull() && !version.IsInt() && !version.IsString())
    return Error{Reason::InvalidArgument, "'version' must be a number or an alias"};
  return rooms->catalogue.Named(CAIRN_TRY(RequiredText(body, "dataset")),
                                version.IsInt() ? std::to_string(version.AsInt()) : body.Text("version"));
}

Json ToJson(const data::SealOpening& opening) {
  return Json{{"version", opening.version}, {"digest", opening.digest}, {"by", opening.by},
              {"purpose", opening.purpose}, {"cause", opening.cause},   {"at_ms", opening.at},
              {"event", opening.event}};
}

Result<Json> Show(const Rooms& rooms, const Call& call) {
  const auto version = CAIRN_TRY(rooms->catalogue.Named(call.Path("name"), call.Path("version")));
  Json answer = api::ToJson(version);
  Json splits = Json::Array();
  for (auto& split : CAIRN_TRY(data::SplitsOf(rooms->catalogue, version))) splits.Push(std::move(split));
  const auto openings = CAIRN_TRY(data::SealOpenings(rooms->catalogue, version.dataset, version.version));
  answer.Set("splits", std::move(splits)).Set("seal_openings", openings.size());
  return answer.Set("profiled", bool(rooms->catalogue.FindProfile(version.dataset, version.version)));
}

Result<Json> Search(const Rooms& rooms, const Call& call) {
  const std::string words = call.Query("words");
  if (Trim(words).empty()) return Error{Reason::InvalidArgument, "say what to look for: ?words="};
  Json items = Json::Array();
  for (const auto& name : CAIRN_TRY(rooms->catalogue.Datasets())) {
    const auto newest = CAIRN_TRY(rooms->catalogue.Find(name));
    const auto places = data::PlacesFound(newest, words);
    if (places.empty()) continue;
    Json found = Json::Array();
    for (const auto& place : places) found.Push(place);
    Json item = BriefJson(newest);
    items.Push(item.Set("found_in", std::move(found)));
  }
  return Json{{"items", std::move(items)}};
}

/// ?version=: of one version alone.
Result<Json> Seal(const Rooms& rooms, const Call& call) {
  const auto newest = CAIRN_TRY(rooms->catalogue.Named(call.Path("name"), call.Query("version")));
  const std::int64_t one = call.Query("version").empty() ? 0 : newest.version;
  Json items = Json::Array();
  for (const auto& opening : CAIRN_TRY(data::SealOpenings(rooms->catalogue, newest.dataset, one)))
    items.Push(ToJson(opening));
  return Json{{"dataset", newest.dataset},         {"version", newest.version},
              {"sealed_rows", newest.sealed_rows}, {"seal_digest", newest.seal_digest},
              {"openings", items.items().size()},  {"items", std::move(items)}};
}

Result<Json> NameVersion(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"dataset", "version", "alias"}));
  const auto version = CAIRN_TRY(VersionIn(rooms, call.body));
  CAIRN_TRY(
      data::SetAlias(rooms->catalogue, version, CAIRN_TRY(RequiredText(call.body, "alias")), call.Actor()));
  return BriefJson(CAIRN_TRY(rooms->catalogue.Find(version.dataset, version.version)));
}

Result<Json> RemoveName(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"dataset", "alias"}));
  const std::string dataset = CAIRN_TRY(RequiredText(call.body, "dataset")),
                    alias = CAIRN_TRY(RequiredText(call.body, "alias"));
  CAIRN_TRY(data::RemoveAlias(rooms->catalogue, dataset, alias, call.Actor()));
  return Json{{"dataset", dataset}, {"alias", alias}, {"removed", true}};
}

Result<Json> Verify(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"dataset", "version"}));
  const auto version = CAIRN_TRY(VersionIn(rooms, call.body));
  const auto verification = CAIRN_TRY(data::Verify(rooms->catalogue, version, call.Actor()));
  Json parts = Json::Array();
  for (const auto& part : verification.parts) {
    parts.Push(Json{{"file", part.file},
                    {"part", data::NameOf(part.what)},
                    {"state", data::NameOf(part.state)},
                    {"path", part.path}});
  }
  return Json{{"dataset", version.dataset},
              {"version", version.version},
              {"sound", verification.sound},
              {"bytes", static_cast<std::int64_t>(verification.bytes)},
              {"parts", std::move(parts)}};
}

Result<data::Withdrawal::Part> PartIn(const Json& body) {
  const std::string part = body.Text("part", "training");
  if (part == "training") return data::Withdrawal::Part::Training;
  if (part == "original") return data::Withdrawal::Part::Original;
  if (part == "sealed") return data::Withdrawal::Part::Sealed;
  return Error{Reason::InvalidArgument, "'" + part + "' is no part: training, original or sealed"};
}

Result<Json> Export(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"dataset", "version", "to", "part", "purpose", "cause"}));
  data::Withdrawal wish;
  wish.to = CAIRN_TRY(RequiredText(call.body, "to"));
  if (!wish.to.starts_with('/')) {
    return Error{Reason::InvalidArgument,
                 "'to' must be an absolute path on the server's machine, not '" + wish.to + "'"};
  }
  wish.part = CAIRN_TRY(PartIn(call.body));
  wish.actor = call.Actor();
  wish.purpose = call.body.Text("purpose");
  wish.cause = call.body.Text("cause");
  const auto version = CAIRN_TRY(VersionIn(rooms, call.body));
  Json files = Json::Array();
  for (const auto& path : CAIRN_TRY(data::Withdraw(rooms->catalogue, version, wish))) files.Push(path);
  return Json{{"dataset", version.dataset},
              {"version", version.version},
              {"digest", version.digest},
              {"to", wish.to},
              {"files", std::move(files)}};
}

}  // namespace

void MountCatalogue(http::Router& router, DataRooms given) {
  const auto rooms = std::make_shared<const DataRooms>(given);
  const auto bound = [rooms](Result<Json> (*handle)(const Rooms&, const Call&)) {
    return Answer([rooms, handle](const Call& call) { return handle(rooms, call); });
  };
  router.Get("/api/v1/data/search", bound(Search));
  router.Get("/api/v1/data/datasets/{name}/versions/{version}", bound(Show));
  router.Get("/api/v1/data/datasets/{name}/seal", bound(Seal));
  router.Post("/api/v1/data/aliases", bound(NameVersion));
  router.Post("/api/v1/data/aliases/remove", bound(RemoveName));
  router.Post("/api/v1/data/verify", bound(Verify), http::Lane::Bytes);
  router.Post("/api/v1/data/export", bound(Export), http::Lane::Bytes);
}

}  // namespace cairn::api

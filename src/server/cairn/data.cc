#include "server/cairn/answer.h"
#include "server/cairn/data_call.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using Rooms = std::shared_ptr<const DataRooms>;

Json ToJson(const data::DatasetFile& file) {
  return Json{
      {"name", file.name},
      {"origin", file.origin},
      {"added_in", file.added_in},
      {"md5", file.md5},
      {"sha256", file.sha256},
      {"bytes", static_cast<std::int64_t>(file.bytes)},
      {"rows", file.rows},
      {"training",
       Json{{"md5", file.training_md5}, {"sha256", file.training_sha256}, {"rows", file.training_rows}}},
      {"sealed", Json{{"sha256", file.sealed_sha256}, {"rows", file.sealed_rows}}}};
}

Json ToJson(const data::DatasetVersion& version) {
  Json files = Json::Array();
  for (const auto& file : version.files) files.Push(ToJson(file));
  return Json{{"dataset", version.dataset},
              {"version", version.version},
              {"digest", version.digest},
              {"rows", version.rows},
              {"bytes", static_cast<std::int64_t>(version.bytes)},
              {"sealed_rows", version.sealed_rows},
              {"seal_digest", version.seal_digest},
              {"contract_passed", version.contract_passed},
              {"contract", version.contract},
              {"note", version.note},
              {"added_by", version.added_by},
              {"created_ms", version.created_ms},
              {"files", std::move(files)}};
}

/// The candidates that the new version voids. The deed is done: trouble here is told and fails nothing.
Json VoidedBy(const Rooms& rooms, const Result<std::vector<rollout::Rollout>>& under_way) {
  Json warnings = Json::Array();
  if (!rooms->rollouts) return warnings;
  const auto voided =
      under_way ? rooms->rollouts->Voided(*under_way) : Result<std::vector<std::string>>(under_way.error());
  if (!voided) warnings.Push("which candidates this voids is not known: " + voided.error().message);
  if (voided) {
    for (const auto& sentence : *voided) warnings.Push(sentence);
  }
  return warnings;
}

Result<Json> Add(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"file", "dataset", "note", "allow_broken"}));
  const std::string file = CAIRN_TRY(AbsolutePathIn(call.body));
  const auto specification =
      CAIRN_TRY(SpecificationOf(rooms->configurations, CAIRN_TRY(RequiredText(call.body, "dataset"))));
  const auto before = CAIRN_TRY(rooms->catalogue.Versions(specification.name)).size();
  data::Addition addition;
  addition.file = file;
  addition.actor = call.Actor();
  addition.note = call.body.Text("note");
  if (call.body.Bool("allow_broken")) addition.broken = data::Addition::Broken::Record;
  const auto under_way =
      rooms->rollouts ? rooms->rollouts->UnderWay() : Result<std::vector<rollout::Rollout>>({});
  const auto version = CAIRN_TRY(rooms->catalogue.Add(specification, addition));
  Json answer = ToJson(version);
  // The file that this call was about: a version found again may have been followed by others.
  answer.Set("file", ToJson(version.files.back()));
  answer.Set("warnings", VoidedBy(rooms, under_way));
  return answer.Set("unchanged", version.version <= static_cast<std::int64_t>(before));
}

Result<Json> ListDatasets(const Rooms& rooms) {
  Json items = Json::Array();
  for (const auto& name : CAIRN_TRY(rooms->catalogue.Datasets())) {
    Json newest = ToJson(CAIRN_TRY(rooms->catalogue.Find(name)));
    newest.Remove("files");
    newest.Remove("contract");
    items.Push(std::move(newest));
  }
  return Json{{"items", std::move(items)}};
}

Result<Json> ListVersions(const Rooms& rooms, const Call& call) {
  Json items = Json::Array();
  CAIRN_TRY(rooms->catalogue.Find(call.Path("name")));
  for (const auto& version : CAIRN_TRY(rooms->catalogue.Versions(call.Path("name"))))
    items.Push(ToJson(version));
  return Json{{"items", std::move(items)}};
}

}  // namespace

void MountData(http::Router& router, DataRooms given) {
  const auto rooms = std::make_shared<const DataRooms>(given);
  router.Post("/api/v1/data/add", Answer([rooms](const Call& call) { return Add(rooms, call); }),
              http::Lane::Bytes);
  router.Get("/api/v1/data/datasets", Answer([rooms](const Call&) { return ListDatasets(rooms); }));
  router.Get("/api/v1/data/datasets/{name}/versions",
             Answer([rooms](const Call& call) { return ListVersions(rooms, call); }));
}

}  // namespace cairn::api

#include "loop/profile/profile.h"

#include "ground/vocabulary/text.h"
#include "loop/profile/profile_page.h"
#include "server/cairn/answer.h"
#include "server/cairn/data_call.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using Rooms = std::shared_ptr<const DataRooms>;

/// The columns whose values are not to be shown, by the contract.
Json ClassifiedIn(const contract::Contract& contract) {
  Json names = Json::Array();
  for (const auto& column : contract.columns) {
    if (column.Masked()) names.Push(column.name);
  }
  return names;
}

/// Profiles the training part; the sealed rows are not opened. With "saved", the answer carries the saved
/// profile too (base64).
Result<Json> Make(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"dataset", "version", "saved"}));
  const auto specification =
      CAIRN_TRY(SpecificationOf(rooms->configurations, CAIRN_TRY(RequiredText(call.body, "dataset"))));
  const auto version = CAIRN_TRY(rooms->catalogue.Find(specification.name, call.body.Int("version")));
  auto& engine = *CAIRN_TRY(rooms->catalogue.Engine());
  const profile::Subject subject{specification.name, specification.target, specification.contract};
  auto profile = CAIRN_TRY(profile::TableProfile::Of(engine, rooms->catalogue.TrainingParts(version), subject,
                                                     {.now = rooms->clock.Now()}));
  Json report = profile.Report(subject);
  report.Set("version", version.version).Set("digest", version.digest);
  CAIRN_TRY(rooms->catalogue.KeepProfile(version, report, call.Actor()));
  if (call.body.Bool("saved"))
    report.Set("saved", Base64(profile.Bytes())).Set("classified", ClassifiedIn(specification.contract));
  return report;
}

Result<std::int64_t> VersionAsked(const Call& call) {
  const std::string text = call.Query("version");
  return text.empty() ? std::int64_t{0} : ParseInt(text);
}

/// ?version=, the newest otherwise.
Result<Json> Find(const Rooms& rooms, const Call& call) {
  const auto version = CAIRN_TRY(rooms->catalogue.Find(call.Path("name"), CAIRN_TRY(VersionAsked(call))));
  return rooms->catalogue.FindProfile(version.dataset, version.version);
}

http::Response Page(const Rooms& rooms, const http::Request& request) {
  const auto report = Find(rooms, Call{request, Json::Object()});
  if (!report) return Reply(report);
  const std::string title = report->Text("dataset") + ", version " + std::to_string(report->Int("version"));
  return http::Response::Text(200, profile::ProfilePage(*report, title), "text/html; charset=utf-8");
}

}  // namespace

void MountProfile(http::Router& router, DataRooms given) {
  const auto rooms = std::make_shared<const DataRooms>(given);
  router.Post("/api/v1/data/profile", Answer([rooms](const Call& call) { return Make(rooms, call); }),
              http::Lane::Bytes);
  router.Get("/api/v1/data/datasets/{name}/profile",
             Answer([rooms](const Call& call) { return Find(rooms, call); }));
  router.Get("/data/{name}/profile", [rooms](const http::Request& request) { return Page(rooms, request); });
}

}  // namespace cairn::api

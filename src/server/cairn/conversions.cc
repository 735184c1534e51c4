#include "server/cairn/conversions.h"

#include "ground/vocabulary/text.h"
#include "loop/conversion/document.h"
#include "server/cairn/answer.h"
#include "server/cairn/permissions.h"

namespace cairn::api {
namespace {

Result<> CheckAbsolute(const std::string& file) {
  if (file.starts_with('/')) return Done{};
  return Error{Reason::InvalidArgument,
               "'file' must be an absolute path on the server's machine, not '" + file + "'"};
}

Result<Json> Add(const conversion::Rooms& rooms, const Call& call) {
  for (const auto& [name, value] : call.body.members())
    if (name != "file")
      return Error{Reason::InvalidArgument, "unknown member '" + name + "' in the body; there is file"};
  const std::string file = call.body.Text("file");
  CAIRN_TRY(CheckAbsolute(file));
  const auto added = CAIRN_TRY(conversion::AddDocument(rooms, {call.Path("name"), file, call.Actor()}));
  return Json{
      {"model", added.model}, {"version", std::to_string(added.version)}, {"manifest", added.manifest}};
}

Result<Json> Convert(const conversion::Rooms& rooms, const Call& call) {
  for (const auto& [name, value] : call.body.members())
    if (name != "file" && name != "dataset" && name != "dataset_version")
      return Error{Reason::InvalidArgument,
                   "unknown member '" + name + "' in the body; there are file, dataset and dataset_version"};
  conversion::Wanted wanted;
  wanted.model = call.Path("name");
  wanted.version = CAIRN_TRY(ParseInt(call.Path("version")));
  wanted.actor = call.Actor();
  wanted.file = call.body.Text("file");
  wanted.dataset = call.body.Text("dataset");
  wanted.dataset_version = call.body.Text("dataset_version");
  if (!wanted.file.empty() && !wanted.dataset.empty())
    return Error{Reason::InvalidArgument, "say on what to prove it: either a data set or a file"};
  if (!wanted.file.empty()) CAIRN_TRY(CheckAbsolute(wanted.file));
  return conversion::Convert(rooms, wanted);
}

/// What is considered is the version that stands in for the one that was named.
Result<Json> Consider(const conversion::Rooms& rooms, const RolloutRooms& rollouts, const Call& call) {
  const auto named = CAIRN_TRY(ParseInt(call.Path("version")));
  const auto version = CAIRN_TRY(conversion::StandIn(rooms, call.Path("name"), named, call.Actor()));
  // Whoever asks begins a story of their own; only what a trigger set off belongs to an alert's.
  return WholeRollout(rollouts,
                      CAIRN_TRY(rollouts.rollouts.Consider(call.Path("name"), version, call.Actor(), "")));
}

Result<Json> Show(const conversion::Rooms& rooms, const Call& call) {
  return conversion::ProofOf(rooms, call.Path("name"), CAIRN_TRY(ParseInt(call.Path("version"))));
}

}  // namespace

void MountConversions(http::Router& router, conversion::Rooms rooms, RolloutRooms rollouts) {
  router.Post("/api/v1/models/{name}/versions/{version}/consider",
              Answer([rooms, rollouts](const Call& call) { return Consider(rooms, rollouts, call); }));
  router.Post("/api/v1/models/{name}/documents",
              Answer([rooms](const Call& call) { return Add(rooms, call); }), http::Lane::Bytes);
  router.Post("/api/v1/models/{name}/versions/{version}/convert",
              Answer([rooms](const Call& call) { return Convert(rooms, call); }), http::Lane::Bytes);
  router.Get("/api/v1/models/{name}/versions/{version}/conversion",
             Answer([rooms](const Call& call) { return Show(rooms, call); }));
}

}  // namespace cairn::api

#include <memory>

#include "ground/vocabulary/text.h"
#include "server/cairn/answer.h"
#include "server/cairn/experiment_named.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using registry::Deletion;
using Rooms = std::shared_ptr<const DeletionRooms>;

Json ToJson(const Deletion::Plan& plan) {
  Json subjects = Json::Array(), records = Json::Object(), folders = Json::Array(), elsewhere = Json::Array(),
       refusals = Json::Array();
  for (const auto& subject : plan.subjects) subjects.Push(subject);
  for (const auto& [kind, count] : plan.records) records.Set(kind, count);
  for (const auto& folder : plan.folders) folders.Push(folder);
  for (const auto& uri : plan.elsewhere) elsewhere.Push(uri);
  for (const auto& refusal : plan.refusals)
    refusals.Push(Json{{"subject", refusal.subject}, {"why", refusal.why}});
  return Json{{"subjects", std::move(subjects)},
              {"records", std::move(records)},
              {"files", plan.files},
              {"bytes", static_cast<std::int64_t>(plan.bytes)},
              {"folders", std::move(folders)},
              {"elsewhere", std::move(elsewhere)},
              {"refusals", std::move(refusals)}};
}

Result<Deletion::Wish> WishOf(const Rooms& rooms, const Json& body) {
  const int named =
      (body.Find("runs") ? 1 : 0) + (body.Find("experiment") ? 1 : 0) + (body.Find("model") ? 1 : 0);
  if (named != 1)
    return Error{Reason::InvalidArgument, "say what to delete: one of 'runs', 'experiment' and 'model'"};
  if (body.Find("experiment")) {
    const auto name = CAIRN_TRY(RequiredText(body, "experiment"));
    return Deletion::Wish(
        Deletion::OfExperiment{CAIRN_TRY(ExperimentNamed(rooms->tracking.experiments, name)).id});
  }
  if (body.Find("model")) {
    const auto model = CAIRN_TRY(RequiredText(body, "model"));
    if (!body.Find("version")) return Deletion::Wish(Deletion::OfModel{model});
    return Deletion::Wish(Deletion::OfVersion{model, CAIRN_TRY(RequiredInt(body, "version"))});
  }
  Deletion::OfRuns runs;
  for (const Json& run : body.At("runs").items()) {
    if (!run.IsString()) return Error{Reason::InvalidArgument, "'runs' must be a list of texts"};
    runs.ids.push_back(CAIRN_TRY(rooms->names.IdOf(run.AsString())));
  }
  if (runs.ids.empty()) return Error{Reason::InvalidArgument, "'runs' must name at least one run"};
  return Deletion::Wish(std::move(runs));
}

/// {"runs": […]} or {"experiment": …} or {"model": …, "version": N}; {"erase": true} does it, otherwise it is
/// only told what would go.
Result<Json> Delete(const Rooms& rooms, const Call& call) {
  const bool erase = call.body.Bool("erase");
  const auto wish = CAIRN_TRY(WishOf(rooms, call.body));
  const auto plan =
      CAIRN_TRY(erase ? rooms->deletion.Erase(wish, call.Actor()) : rooms->deletion.Weigh(wish));
  return ToJson(plan).Set("erased", erase);
}

/// "run:bold-owl-12" as "run:<id>", "experiment:churn" as "experiment:<id>"; models go by their name.
Result<std::string> SubjectOf(const Rooms& rooms, const std::string& given) {
  const auto colon = given.find(':');
  const std::string kind = given.substr(0, colon),
                    name = colon == std::string::npos ? "" : given.substr(colon + 1);
  if (!name.empty() && kind == "run") return "run:" + CAIRN_TRY(rooms->names.IdOf(name));
  if (!name.empty() && kind == "experiment") {
    const auto found = CAIRN_TRY(ExperimentNamed(rooms->tracking.experiments, name));
    return "experiment:" + std::to_string(found.id);
  }
  if (!name.empty() && kind == "model") {
    // A hold on a misspelt model would hold nothing.
    const auto slash = name.find('/');
    Deletion::Wish meant = Deletion::OfModel{name.substr(0, slash)};
    if (slash != std::string::npos)
      meant = Deletion::OfVersion{name.substr(0, slash), CAIRN_TRY(ParseInt(name.substr(slash + 1)))};
    CAIRN_TRY(rooms->deletion.Weigh(meant));
    return given;
  }
  return Error{Reason::InvalidArgument, "'" + given +
                                            "' is no subject of a hold: write run:RUN, experiment:NAME, "
                                            "model:NAME or model:NAME/VERSION"};
}

/// A hold on what is not there any more is lifted by its own text.
Result<Json> Lift(const Rooms& rooms, const Call& call) {
  const auto given = CAIRN_TRY(RequiredText(call.body, "subject"));
  const auto subject = SubjectOf(rooms, given);
  if (!subject && subject.error().reason != Reason::NotFound) return subject.error();
  return governance::ToJson(CAIRN_TRY(rooms->holds.Lift(subject ? *subject : given, call.Actor())));
}

Result<Json> Place(const Rooms& rooms, const Call& call) {
  const auto subject = CAIRN_TRY(SubjectOf(rooms, CAIRN_TRY(RequiredText(call.body, "subject"))));
  return governance::ToJson(CAIRN_TRY(rooms->holds.Place(subject, call.body.Text("reason"), call.Actor())));
}

Result<Json> List(const Rooms& rooms) {
  Json items = Json::Array();
  for (const auto& hold : CAIRN_TRY(rooms->holds.List())) items.Push(governance::ToJson(hold));
  return Json{{"items", std::move(items)}};
}

}  // namespace

void MountDeletion(http::Router& router, DeletionRooms given) {
  const auto rooms = std::make_shared<const DeletionRooms>(given);
  const auto to = [rooms](auto handler) {
    return Answer([rooms, handler](const Call& call) { return handler(rooms, call); });
  };
  router.Post("/api/v1/deletions", to(Delete), http::Lane::Bytes);
  router.Get("/api/v1/holds", Answer([rooms](const Call&) { return List(rooms); }));
  router.Post("/api/v1/holds", to(Place));
  router.Post("/api/v1/holds/lift", to(Lift));
}

}  // namespace cairn::api

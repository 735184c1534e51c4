#include "server/cairn/permissions.h"

#include "ground/vocabulary/text.h"

namespace cairn::api {
namespace {

using governance::Delegation;

Result<std::int64_t> RequiredInt(const Json& body, const char* name) {
  const Json& value = body.At(name);
  if (value.IsInt()) return value.AsInt();
  return Error{Reason::InvalidArgument, std::string("'") + name + "' must be a whole number"};
}

Result<Json> Give(const PermissionRooms& rooms, const Call& call) {
  Delegation delegation;
  delegation.from = CAIRN_TRY(RequiredText(call.body, "from"));
  delegation.to = CAIRN_TRY(RequiredText(call.body, "to"));
  const std::string role = CAIRN_TRY(RequiredText(call.body, "role"));
  const auto known = governance::RoleNamed(role);
  if (!known)
    return Error{Reason::InvalidArgument, "'" + role + "' is no role; choose approver or validator"};
  delegation.role = *known;
  delegation.begins = CAIRN_TRY(RequiredInt(call.body, "begins"));
  delegation.ends = CAIRN_TRY(RequiredInt(call.body, "ends"));
  delegation.reason = CAIRN_TRY(RequiredText(call.body, "reason"));
  delegation.to_key = CAIRN_TRY(RequiredText(call.body, "to_key"));
  const std::string signature = CAIRN_TRY(RequiredText(call.body, "signature"));
  governance::Delegations delegations(rooms.database, rooms.clock);
  const auto given = CAIRN_TRY(delegations.Give(std::move(delegation), signature));
  return governance::ToJson(given, rooms.clock.Now());
}

Result<Json> Withdraw(const PermissionRooms& rooms, const Call& call) {
  governance::Delegations delegations(rooms.database, rooms.clock);
  const auto withdrawn = CAIRN_TRY(delegations.Withdraw(call.Path("id"), CAIRN_TRY(SignatureIn(call.body))));
  return governance::ToJson(withdrawn, rooms.clock.Now());
}

Result<Json> ListDelegations(const PermissionRooms& rooms) {
  Json items = Json::Array();
  const auto all = CAIRN_TRY(governance::Delegations(rooms.database, rooms.clock).List());
  for (auto one = all.rbegin(); one != all.rend(); ++one)
    items.Push(governance::ToJson(*one, rooms.clock.Now()));
  return Json{{"items", std::move(items)}};
}

Result<Json> Release(const PermissionRooms& rooms, const Call& call) {
  const std::string reason = CAIRN_TRY(RequiredText(call.body, "reason"));
  const auto rollout =
      CAIRN_TRY(rooms.rollouts.rollouts.Release(RolloutIn(call), reason, CAIRN_TRY(SignatureIn(call.body))));
  return WholeRollout(rooms.rollouts, rollout);
}

Result<Json> Review(const PermissionRooms& rooms, const Call& call) {
  const Json& justified = call.body.At("justified");
  if (!justified.IsBool())
    return Error{Reason::InvalidArgument, "'justified' must be true or false: what the review found"};
  governance::Emergencies emergencies(rooms.database, rooms.clock);
  const auto reviewed = CAIRN_TRY(emergencies.Review(call.Path("decision"), justified.AsBool(),
                                                     CAIRN_TRY(RequiredText(call.body, "finding")),
                                                     CAIRN_TRY(SignatureIn(call.body))));
  return governance::ToJson(reviewed, rooms.clock.Now());
}

Result<Json> ListEmergencies(const PermissionRooms& rooms) {
  Json items = Json::Array();
  for (const auto& one : CAIRN_TRY(governance::Emergencies(rooms.database, rooms.clock).List()))
    items.Push(governance::ToJson(one, rooms.clock.Now()));
  return Json{{"items", std::move(items)}};
}

}  // namespace

Result<Json> UnreviewedEmergencies(const metadata::Log& log, TimeMs now) {
  Json findings = Json::Array();
  const auto emergencies = CAIRN_TRY(governance::EmergenciesOn(log));
  for (const auto& sentence : governance::UnreviewedOf(emergencies, now)) findings.Push(sentence);
  return findings;
}

void MountPermissions(http::Router& router, PermissionRooms rooms) {
  router.Get("/api/v1/delegations", Answer([rooms](const Call&) { return ListDelegations(rooms); }));
  router.Post("/api/v1/delegations", Answer([rooms](const Call& call) { return Give(rooms, call); }));
  router.Post("/api/v1/delegations/{id}/withdraw",
              Answer([rooms](const Call& call) { return Withdraw(rooms, call); }));
  router.Post("/api/v1/rollouts/{id}/emergency",
              Answer([rooms](const Call& call) { return Release(rooms, call); }));
  router.Get("/api/v1/emergencies", Answer([rooms](const Call&) { return ListEmergencies(rooms); }));
  router.Post("/api/v1/emergencies/{decision}/review",
              Answer([rooms](const Call& call) { return Review(rooms, call); }));
}

}  // namespace cairn::api

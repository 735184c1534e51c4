#pragma once

#include "ground/http/router.h"
#include "ledger/governance/delegation.h"
#include "ledger/governance/emergency.h"
#include "ledger/metadata/log.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

/// Who may sign for whom, and what was released without the due signatures.
namespace cairn::api {

struct PermissionRooms {
  sql::Database& database;
  const os::Clock& clock;
  RolloutRooms rollouts;
};
/// /api/v1/delegations…, /api/v1/rollouts/{id}/emergency, /api/v1/emergencies…
void MountPermissions(http::Router& router, PermissionRooms rooms);

/// A sentence about each release without the due signatures that nobody has reviewed, the overdue first:
/// findings of the doctor, the score and the level.
Result<Json> UnreviewedEmergencies(const metadata::Log& log, TimeMs now);

/// A rollout with its report, its decision and the words that an approver signs.
Result<Json> WholeRollout(const RolloutRooms& rooms, const rollout::Rollout& rollout,
                          const std::string& rejection = "");
/// "signer", "signature" and, where it is given for somebody else, "delegation" of a body.
Result<governance::Signature> SignatureIn(const Json& body);
/// The id in the path; "" for "waiting", the newest that waits for approval or is tried out.
std::string RolloutIn(const Call& call);

}  // namespace cairn::api

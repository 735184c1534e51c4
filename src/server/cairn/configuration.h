#pragma once

#include <functional>
#include <vector>

#include "ground/http/router.h"
#include "ground/vocabulary/document.h"
#include "ledger/governance/configuration.h"
#include "loop/charter/signatures.h"
#include "loop/rollout/rollout.h"

namespace cairn::api {

/// What a room reads from a configuration, as a check: InvalidArgument with place when its section cannot be
/// read.
using SectionCheck = std::function<Result<>(const Node& configuration)>;

struct ConfigurationRooms {
  governance::Configurations& configurations;
  /// Every room's check; a configuration that one of them refuses is not accepted.
  std::vector<SectionCheck> checks;
  /// Called after a configuration was accepted.
  std::function<void()> on_accepted;
  const rollout::Rollouts* rollouts =
      nullptr;  ///< Whose candidates a change may void; null where there are none.
  charter::Signatures* signatures = nullptr;  ///< Null where nobody signs charters.
};
/// POST /api/v1/configuration (accept), POST /api/v1/configuration/statement (what an approver would sign),
/// GET /api/v1/configuration, POST /api/v1/charter/check, POST /api/v1/charter/page, GET and POST
/// /api/v1/charter/signatures, GET /charter (the accepted one as a page).
void MountConfiguration(http::Router& router, ConfigurationRooms rooms);

}  // namespace cairn::api

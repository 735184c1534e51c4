#pragma once

#include "ground/http/router.h"
#include "loop/scorecard/outdated.h"

namespace cairn::api {

/// /api/v1/outdated: which of charter, gates, data sets, model versions and deployment are out of date.
void MountOutdated(http::Router& router, scorecard::OutdatedRooms rooms);

}  // namespace cairn::api

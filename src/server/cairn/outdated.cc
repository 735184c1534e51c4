#include "server/cairn/outdated.h"

#include <algorithm>

#include "server/cairn/answer.h"

namespace cairn::api {

void MountOutdated(http::Router& router, scorecard::OutdatedRooms rooms) {
  router.Get("/api/v1/outdated", Answer([rooms](const Call& call) -> Result<Json> {
               const auto things = CAIRN_TRY(scorecard::ThingsOf(rooms, call.Query("project_dir")));
               const bool any = std::any_of(things.begin(), things.end(),
                                            [](const auto& one) { return one.IsOutdated(); });
               return Json{{"outdated", any}, {"items", scorecard::ToJson(things)}};
             }));
}

}  // namespace cairn::api

#include "loop/tracking/tracking.h"

#include <utility>

#include "loop/tracking/tables/row_points.h"

namespace cairn::tracking {

Result<std::unique_ptr<Tracking>> Tracking::Open(sql::Database& database, const os::Clock& clock,
                                                 std::string artifact_root) {
  CAIRN_TRY(MoveRowPoints(database));
  auto tracking =
      std::unique_ptr<Tracking>(new Tracking{Experiments(database, clock, std::move(artifact_root)),
                                             Runs(database, clock), LoggedModels(database, clock)});
  CAIRN_TRY(tracking->experiments.EnsureDefault());
  return tracking;
}

}  // namespace cairn::tracking

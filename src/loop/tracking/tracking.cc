#include "loop/tracking/tracking.h"

#include <utility>

#include "loop/tracking/artifact_path.h"
#include "loop/tracking/tables/row_points.h"

namespace cairn::tracking {

Result<std::unique_ptr<Tracking>> Tracking::Open(sql::Database& database, const os::Clock& clock,
                                                 std::string artifact_root, LongValues long_values) {
  CAIRN_TRY(MoveRowPoints(database));
  artifact_root = CAIRN_TRY(AbsoluteLocation(artifact_root));
  auto tracking = std::unique_ptr<Tracking>(
      new Tracking{Experiments(database, clock, std::move(artifact_root)), Runs(database, clock, long_values),
                   LoggedModels(database, clock)});
  CAIRN_TRY(tracking->experiments.EnsureDefault());
  CAIRN_TRY(tracking->runs.Adopt());
  return tracking;
}

std::unique_ptr<Tracking> Tracking::OpenToRead(sql::Database& database, const os::Clock& clock) {
  return std::unique_ptr<Tracking>(
      new Tracking{Experiments(database, clock, ""), Runs(database, clock), LoggedModels(database, clock)});
}

}  // namespace cairn::tracking

#include "app/wiring.h"

#include <algorithm>

#include "app/reporting.h"
#include "app/rooms.h"
#include "ground/blob/place.h"
#include "ground/os/files.h"
#include "ground/telemetry/log.h"
#include "loop/conversion/conversion.h"

namespace cairn::app {
namespace {

void Warn(Rooms& rooms, std::string_view what, const std::string& problem) {
  rooms.journal.Write(telemetry::Level::Warning, what, {{"problem", problem}});
}

/// A folder counts from the project.
void ShipTo(Rooms& rooms, const std::string& place) {
  const bool folder = !place.empty() && !blob::IsBucketUrl(place);
  rooms.shipping.Follow(folder ? os::JoinPath(rooms.settings.project_dir, place) : place);
}

}  // namespace

namespace {

/// The newest version of the bound model that the run made becomes ONNX, where the configuration wants that:
/// made by the same run, the conversion is then what Offer finds.
Result<> ConvertWhatWasMade(Rooms& rooms, const rollout::FinishedRun& run) {
  const std::string model = CAIRN_TRY(rooms.registry.guard()).model;
  if (model.empty()) return Done{};
  const auto versions = rooms.registry.Versions(model);
  if (!versions && versions.error().reason == Reason::NotFound) return Done{};
  if (!versions) return versions.error();
  for (const auto& version : *versions) {
    if (std::find(run.ids.begin(), run.ids.end(), version.pipeline_run) == run.ids.end()) continue;
    CAIRN_TRY(conversion::StandIn({*rooms.database, rooms.clock, rooms.configurations, rooms.catalogue,
                                   *rooms.tracking, rooms.places, rooms.registry},
                                  model, version.version, run.actor));
    break;
  }
  return Done{};
}

}  // namespace

Result<> AlertRaised(Rooms& rooms, const monitoring::Alert& alert) {
  for (const auto& answer : CAIRN_TRY(rooms.scheduler.OnAlert(alert.monitor, alert.id))) {
    if (answer.outcome == pipeline::Runner::Outcome::Refused)
      Warn(rooms, "trigger '" + answer.run.trigger.name + "' was refused", answer.run.problem);
  }
  return Done{};
}

Result<> PipelineEnded(Rooms& rooms, const pipeline::RunRecord& run) {
  // A replay shows whether a run repeats, an experiment what could be: neither makes a candidate.
  if (run.state != pipeline::RunState::Finished || run.trigger.on == "replay" ||
      run.trigger.on == "experiment")
    return Done{};
  rollout::FinishedRun finished{{run.id}, run.trigger.cause, run.actor};
  finished.ids.insert(finished.ids.end(), run.after.begin(), run.after.end());
  CAIRN_TRY(ConvertWhatWasMade(rooms, finished));
  const auto offered = CAIRN_TRY(rooms.rollouts.Offer(finished));
  if (!offered.why_not.empty()) Warn(rooms, "a finished run could not offer its version", offered.why_not);
  return Done{};
}

Result<> FollowShipping(Rooms& rooms) {
  const auto configuration = CAIRN_TRY(rooms.Governing());
  if (!configuration) return Done{};
  ShipTo(rooms, CAIRN_TRY(serving::LogPolicyOf(*configuration)).ship);
  return Done{};
}

Result<> ConfigurationAccepted(Rooms& rooms) {
  const auto configuration = CAIRN_TRY(rooms.Governing());
  if (!configuration) return Done{};
  if (auto reporting = ReportingIn(*configuration)) {
    rooms.exporter.Follow(*std::move(reporting));
  } else {
    Warn(rooms, "nothing is reported", reporting.error().message);
    rooms.exporter.Follow(std::nullopt);
  }
  const auto serving = CAIRN_TRY(serving::ParseSettings(*configuration));
  ShipTo(rooms, serving.log.ship);
  CAIRN_TRY(rooms.service.Configure(serving));
  return rooms.monitoring.Configure(*configuration);
}

}  // namespace cairn::app

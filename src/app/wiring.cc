#include "app/wiring.h"

#include "app/rooms.h"
#include "ground/telemetry/log.h"

namespace cairn::app {
namespace {

void Warn(Rooms& rooms, std::string_view what, const std::string& problem) {
  rooms.journal.Write(telemetry::Level::Warning, what, {{"problem", problem}});
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
  const auto offered = CAIRN_TRY(rooms.rollouts.Offer(finished));
  if (!offered.why_not.empty()) Warn(rooms, "a finished run could not offer its version", offered.why_not);
  return Done{};
}

Result<> ConfigurationAccepted(Rooms& rooms) {
  const auto configuration = CAIRN_TRY(rooms.Governing());
  if (!configuration) return Done{};
  CAIRN_TRY(rooms.service.Configure(CAIRN_TRY(serving::ParseSettings(*configuration))));
  return rooms.monitoring.Configure(*configuration);
}

}  // namespace cairn::app

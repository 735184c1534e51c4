#include "app/wiring.h"

#include "app/rooms.h"
#include "ground/telemetry/log.h"
#include "loop/pipeline/triggers.h"

namespace cairn::app {
namespace {

/// What nobody waits for is told to the log.
template <class T>
void Tell(Rooms& rooms, std::string_view what, const Result<T>& outcome) {
  if (!outcome) rooms.journal.Write(telemetry::Level::Warning, what, {{"problem", outcome.error().message}});
}

Result<> Pull(Rooms& rooms, const monitoring::Alert& alert) {
  const auto configuration = CAIRN_TRY(rooms.Governing());
  if (!configuration) return Done{};
  for (const auto& rule : CAIRN_TRY(pipeline::ParseTriggers(*configuration))) {
    if (!rule.monitor.empty() && rule.monitor != alert.monitor) continue;
    pipeline::Request request;
    request.project = rooms.settings.project_dir;
    request.selection.only = rule.stages;
    request.trigger = {.on = "alert", .name = rule.name, .cause = alert.id};
    request.actor = "system";
    // One that is refused does not keep the others from firing; the runner has it on record.
    Tell(rooms, "trigger '" + rule.name + "' was refused", rooms.runner.Pull(request));
  }
  return Done{};
}

/// The version of the bound model that the run registered, if it did.
Result<> Offer(Rooms& rooms, const pipeline::RunRecord& run) {
  const auto configuration = CAIRN_TRY(rooms.Governing());
  const Node* name = configuration ? configuration->FindPath("model.name") : nullptr;
  if (!name || run.state != pipeline::RunState::Finished) return Done{};
  const auto newest = rooms.registry.Newest(name->text());
  if (!newest || newest->created_ms < run.started) return Done{};
  CAIRN_TRY(rooms.rollouts.Consider(name->text(), newest->version, "system",
                                    run.trigger.cause.empty() ? run.id : run.trigger.cause));
  return Done{};
}

}  // namespace

void AlertRaised(Rooms& rooms, const monitoring::Alert& alert) {
  Tell(rooms, "an alert could not set off its triggers", Pull(rooms, alert));
}

void PipelineEnded(Rooms& rooms, const pipeline::RunRecord& run) {
  Tell(rooms, "a finished run could not offer its version", Offer(rooms, run));
}

Result<> ConfigurationAccepted(Rooms& rooms) {
  const auto configuration = CAIRN_TRY(rooms.Governing());
  if (!configuration) return Done{};
  CAIRN_TRY(rooms.service.Configure(CAIRN_TRY(serving::ParseSettings(*configuration))));
  return rooms.monitoring.Configure(*configuration);
}

}  // namespace cairn::app

#pragma once

#include "loop/monitoring/monitoring.h"
#include "loop/pipeline/record.h"

namespace cairn::app {

struct Rooms;

/// Where the loop closes: rooms that do not know each other are connected here, and nothing is decided.
///   alert ──▶ the pipeline's triggers        (monitoring does not know the pipeline)
///   finished run that registered a version ──▶ rollout        (the pipeline does not know the registry)
///   accepted configuration ──▶ serving and monitoring
/// The first two are told of each alert and each end at least once, also by the next program when this one
/// dies; an error asks to be told again. The rooms that they lead to see to it that everything is done once.
Result<> AlertRaised(Rooms& rooms, const monitoring::Alert& alert);
Result<> PipelineEnded(Rooms& rooms, const pipeline::RunRecord& run);
Result<> ConfigurationAccepted(Rooms& rooms);
/// Only what concerns where the prediction log is shipped to.
Result<> FollowShipping(Rooms& rooms);

}  // namespace cairn::app

#pragma once

#include <string>
#include <string_view>

#include "loop/tracking/records.h"

namespace cairn::tracking {

/// Tags by which a run names the story that it belongs to. The pipeline hands them to its stages in the
/// variable MLFLOW_RUN_CONTEXT, and the unmodified client puts them on every run that it starts there. Like
/// all that a client says of itself they are a claim, not a proof.
inline constexpr std::string_view kCauseTag = "cairn.cause";
inline constexpr std::string_view kPipelineRunTag = "cairn.pipeline_run";
inline constexpr std::string_view kStageTag = "cairn.stage";  ///< "RUN/train": the stage that began it.
inline constexpr std::string_view kActorTag = "cairn.actor";
inline constexpr std::string_view kDataTag = "cairn.data";

/// Where a run comes from.
struct Provenance {
  std::string cause;         ///< The id that the whole story goes by.
  std::string pipeline_run;  ///< The run of the pipeline in whose stage it was started.
  std::string data;          ///< The data set version that the pipeline went by: "flights@4".
  std::string maker;         ///< Who made it: who ran the pipeline, else the user that the client names.
};
/// "" for what the run does not say.
Provenance ProvenanceOf(const Run& run);

}  // namespace cairn::tracking

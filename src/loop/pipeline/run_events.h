#pragma once

#include "ground/vocabulary/result.h"
#include "ledger/metadata/event.h"
#include "loop/pipeline/record.h"

/// What the log says of a run; see Runner for when.
namespace cairn::pipeline {

metadata::Event StartedEvent(const RunRecord& run);
metadata::Event EndedEvent(const RunRecord& run);
/// Of a trigger that fired, subject "trigger:<name>".
metadata::Event FiredEvent(const Request& request);
metadata::Event RefusedEvent(const RunRecord& run, Reason reason);
metadata::Event StageEvent(const RunRecord& run, const StageRecord& stage);
/// Whether the stage was begun and is over: what gets an event.
bool Ran(const StageRecord& stage);
/// "stage:RUN/train": what lineage calls one run of a stage.
std::string NameOfStage(const std::string& run, const std::string& stage);

}  // namespace cairn::pipeline

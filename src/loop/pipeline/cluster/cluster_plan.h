#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/cluster/depot.h"
#include "loop/pipeline/lock.h"
#include "loop/pipeline/project.h"
#include "loop/pipeline/record.h"

/// What a job is told to do. The plan is one JSON object:
///   run, store, path (of stages, before that of the machine), base (the listing of the project's files),
///   code (the same without what git is to ignore, which grows as outputs come in), executables (which of
///   them), and stages, each after those it waits for: name, commands, wdir, after, deps, given (what is read
///   that no stage of the run makes), outs, environment, secrets (references), cpu, memory_bytes, gpu,
///   timeout_ms, retries, unless (the reads with which it need not run, and what it had made from them),
///   items (how it is run item by item: folder, over, call, into, at_once, done: the items that need no call
///   while their bytes are those and what else is read is `reads`, and what was made of them, as listings;
///   null where it is run as a whole).
namespace cairn::pipeline {

/// A stage as the plan has it, and what Cairn must remember of its inputs for dvc.lock: they count as they
/// were when they were sent.
struct StageOrder {
  Json stage;
  LockedStage inputs;      ///< But for what stages of the same run make.
  Stage still_to_be_made;  ///< The stage with those inputs alone.
};

/// Notes what the stage reads in `depot`. `before` are the stages of the same run that it waits for. NotFound
/// naming the input that is missing, Unsupported for one outside of the project.
Result<StageOrder> OrderFor(Project& project, const StageRecord& record, const Stage& stage,
                            const std::vector<const Stage*>& before, Depot& depot);

/// Notes the files of the project that every stage finds: what git knows or would take, or all where there is
/// no git, but nothing that a stage makes. Gives the plan without its stages.
Result<Json> PlanOf(Project& project, const std::string& run, const std::string& store, Depot& depot);

}  // namespace cairn::pipeline

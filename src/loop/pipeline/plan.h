#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/data/objects.h"
#include "loop/data/stat_index.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/lock.h"

namespace cairn::pipeline {

/// One reason why a stage must run, naming exactly what changed.
struct Cause {
  enum class Level { Never, Command, Code, Data, Params, Output, Always, Upstream } level = Level::Never;
  std::string subject;   ///< The path, parameter or stage.
  std::string sentence;  ///< "params.yaml: train.max_iter changed from 100 to 200"
};

struct PlannedStage {
  const Stage* stage = nullptr;
  std::vector<Cause> causes;  ///< Empty: up to date.
  bool Stale() const { return !causes.empty(); }
};

struct Plan {
  std::vector<PlannedStage> stages;  ///< Each after those it needs.
  bool AnyStale() const;
};

/// Which stages must run and why. Content decides: a touched file with the same bytes is no change. A stage behind a stale one is listed as Upstream, since what it will
/// read is not known yet. `only` limits the plan to these stages and what they need (all when empty; NotFound, with a suggestion, for an unknown name).
Result<Plan> MakePlan(const std::string& project, const Definition& definition, const Lock& lock, const data::Objects& objects,
                      data::StatIndex& index, const std::vector<std::string>& only);

/// What to write into the lock for a stage whose outs are in place: digests of deps and outs as they are now, parameter values. NotFound naming a dep, out or
/// parameter that is missing.
Result<LockedStage> Observe(const std::string& project, const Stage& stage, data::StatIndex& index);

}  // namespace cairn::pipeline

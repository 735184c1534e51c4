#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/result.h"
#include "loop/charter/feasibility.h"
#include "loop/charter/heuristic.h"
#include "loop/data/specification.h"
#include "loop/evaluation/examination.h"

namespace cairn::evaluation {

/// Whether the training rows say anything about their target that a model could learn (FindSignal), from the
/// columns that requests will carry; times and the target are left out. The verdict names the figures of the
/// probe and of the heuristic on the same unseen half, and leaves version, charter and time to the caller.
/// Errors as ReadRows and FindSignal.
Result<charter::Verdict> JudgeFeasibility(tables::Engine& engine,
                                          const std::vector<std::string>& training_files,
                                          const data::Specification& specification,
                                          const std::optional<charter::Heuristic>& heuristic,
                                          Task task = Task::Binary);

}  // namespace cairn::evaluation

#pragma once

#include <optional>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/model.h"

namespace cairn::runtime {

/// Which output of a model is its score, and which column of it.
struct ScoreOutput {
  std::string name;
  std::int64_t column = 0;
};

/// Chooses it from the signature: the floating-point output called `probabilities` (or the first whose name
/// begins with "prob", or the only one there is), of the form [N], [N,1] or [N,2]; without one, the output
/// that is answered bare, when it is of numbers. Of two columns the second
/// is the positive class; `positive` chooses another of several. Unsupported when no output is of that form.
Result<ScoreOutput> ScoreOf(const Signature& signature, std::optional<std::int64_t> positive = {});

/// One score per row: the probability of the positive class, or a regression's value. Unprocessable when the
/// output has not that column.
Result<std::vector<double>> Scores(const Batch& outputs, const ScoreOutput& output);

}  // namespace cairn::runtime

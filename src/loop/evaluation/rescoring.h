#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ground/tables/table.h"
#include "loop/evaluation/suite.h"

namespace cairn::evaluation {

/// What a model makes of rows that were changed. Both look at no more than 5,000 of the rows, always the
/// same ones of the same table.

struct Rescored {
  const tables::Table& table;
  const Truth& truth;
  std::vector<std::string> columns;  ///< That the model reads.
  std::function<Result<Answers>(const tables::Table&, const Truth&)> answer;
};

/// [{"kind": "noise" | "missing", "level", "value", "change", "figures": {name: value}, "refused": sentence |
/// null}]: the figures with every number column blurred by normal noise of 0.05, 0.1 and 0.2 of its standard
/// deviation (whole numbers rounded), and with 1 %, 5 % and 20 % of all values missing at random. `change` is
/// that of the figure that counts, positive for better. A model that does not take such rows says so.
Result<Json> Robustness(const Rescored& model, const SuiteSettings& settings);

/// [{"column", "importance", "deviation", "repeats"}] by falling importance: how much worse the figure that
/// counts becomes when one column is shuffled (Breiman 2001; Fisher, Rudin & Dominici 2019), the mean and
/// standard deviation of 5 shuffles. Near 0: the model does without it, or another column stands in for it.
Result<Json> Importance(const Rescored& model, const SuiteSettings& settings);

}  // namespace cairn::evaluation

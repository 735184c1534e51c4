#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/charter/costs.h"
#include "loop/scorecard/history.h"

namespace cairn::scorecard {

/// What one run of the pipeline took, from the events.
struct RunCost {
  std::string run;
  TimeMs at = 0;                    ///< It ended.
  std::string state;                ///< "finished", "failed", …
  std::array<double, 3> took{};     ///< By charter::Expense.
  double cpu_seconds = 0;           ///< Of its stages' processes.
  std::vector<std::string> events;  ///< Ids.

  double Of(charter::Expense expense) const { return took[static_cast<std::size_t>(expense)]; }
};

/// One expense of one run that is further from the plan than the bound allows.
struct Variance {
  std::string run;
  charter::Expense expense = charter::Expense::Bytes;
  double planned = 0, measured = 0;
  std::string sentence;
};

struct Costs {
  charter::CostPlan plan;
  std::vector<RunCost> runs;       ///< Those that executed a stage and ended, oldest first.
  std::vector<Variance> findings;  ///< In the same order. None without a plan: nothing is invented.

  /// {"plan": {"bytes", "seconds", "labels", "bound"}, "runs": [{"run", "at_ms", "state", "bytes", "seconds",
  /// "labels", "cpu_seconds", "price", "events"}], "total": {…}, "findings": [{"run", "expense", "planned",
  /// "measured", "sentence"}]}: the shape of GET /api/v1/costs.
  Json ToJson() const;
};

/// `configuration` is the accepted one, or null: then nothing is planned, and no data set is known to have
/// labels. Data that came before the first run belong to it. Errors as charter::ReadCostPlan.
Result<Costs> CostsOf(const History& history, const Node* configuration);

}  // namespace cairn::scorecard

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/governance/decision.h"
#include "loop/charter/charter.h"
#include "loop/evaluation/examination.h"
#include "loop/rollout/rollout.h"

namespace cairn::rollout {

/// What the gates are judged on; all of it measured here.
struct Evidence {
  /// With the contestants "candidate" and, where they are, "production" and "heuristic"; null when the
  /// candidate could not be examined.
  const evaluation::Examination* examination = nullptr;
  const charter::Charter* charter = nullptr;
  std::string servable;            ///< A sentence about what it takes to serve the candidate here.
  std::string not_servable;        ///< Why it cannot be served here; "" when it can.
  std::int64_t production = 0;     ///< The version there now; 0 for none.
  std::string production_problem;  ///< Why that version could not be examined.
  bool contract_passed = true;
  std::string contract;  ///< A sentence about the data set's contract.
  std::optional<evaluation::Latency> latency;
};

/// Each rule of the gates with what was measured, after the rule "servable here" that always holds. When that
/// one fails it is the only one: nothing else could be measured.
std::vector<governance::Rule> Judge(const Gates& gates, const Evidence& evidence);

}  // namespace cairn::rollout

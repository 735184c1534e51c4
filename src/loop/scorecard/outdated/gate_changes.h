#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::scorecard {

/// How a gate differs from what it was under an earlier configuration: phrases such as "max was 0.5, is 0.4".
struct GateChange {
  std::string rule;
  bool is_new = false;                 ///< There was no rule of this name.
  std::vector<std::string> itself{};   ///< What the rule says, or `model` and the contract say about it.
  std::vector<std::string> charter{};  ///< What of the charter it is made from.

  bool Any() const { return is_new || !itself.empty() || !charter.empty(); }
};

/// Of each rule of `after`, in order. A rule is made from the charter's objective, entity and outcome, and:
/// one of a KPI from that KPI; one of a metric from the KPIs and the criteria of success by that metric; one
/// of the latency from the KPIs by it; one against the heuristic from the heuristic; one that decides at the
/// cost-best threshold, or by costs, from the cost matrix. Both must be configurations that were accepted.
Result<std::vector<GateChange>> GateChangesBetween(const Node& before, const Node& after);

/// How two values differ, added to `phrases`: "WHAT was 1, is 2"; maps by member.
void Differ(const std::string& what, const Json& was, const Json& is, std::vector<std::string>& phrases);

}  // namespace cairn::scorecard

#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/oversight.h"
#include "loop/scorecard/test_score.h"

namespace cairn::scorecard {

/// What a control said last.
struct ControlResult {
  Control control;
  std::optional<bool> passed;  ///< None while it has said nothing.
  bool recent = false;         ///< Whether that is not longer ago than the cadence.
  const Moment* evidence = nullptr;

  bool Holds() const { return passed.value_or(false) && recent; }
};

/// A risk of the register, and whether it is in hand.
struct RiskStanding {
  enum class State {
    Controlled,  ///< It has controls, and each passed within the cadence.
    Accepted,    ///< Borne, with a reason and an owner.
    Open,
  };
  const RiskEntry* entry = nullptr;
  std::vector<ControlResult> controls;
  State state = State::Open;
  std::string why;  ///< One sentence.
  int Weight() const { return entry->likelihood * entry->impact; }
};
std::string_view NameOf(RiskStanding::State state);

/// Each risk with what its controls said last: a gate in the newest decision that was proposed, a monitor in
/// its newest closed window, a stage in its newest run, a test of the rubric in its score. Heaviest first
/// (likelihood times impact, each 1 to 3), as they stand in the register among equals. All must outlive what
/// is given.
std::vector<RiskStanding> RisksOf(const Oversight& oversight, const History& history, const TestScore& score,
                                  std::int64_t cadence_ms, TimeMs now);

/// The kinds of which the register has no risk, in the order of RiskKinds().
std::vector<std::string_view> UnjudgedKinds(std::span<const RiskStanding> risks);

/// {"open", "items": [{"risk", "kind", "likelihood", "impact", "weight", "owner", "accepted", "state", "why",
/// "controls": [{"by", "name", "result", "at_ms", "evidence"}]}], "unjudged": [kinds of which none is there]}
Json ToJson(const std::vector<RiskStanding>& risks);

}  // namespace cairn::scorecard

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/maturity.h"

namespace cairn::scorecard {

/// How ready an organisation is for machine learning (Google's AI Adoption Framework).
enum class Phase {
  Tactical,          ///< A few simple cases, by hand.
  Strategic,         ///< Models in production, looked after by a pipeline.
  Transformational,  ///< Machine learning is how the work is done.
};
std::string_view NameOf(Phase phase);
/// As cairn.yaml says them, the lowest first.
std::span<const std::string_view> PhaseNames();

/// One of the framework's six themes.
struct Theme {
  std::string_view name;
  Phase phase = Phase::Tactical;
  bool declared = false;  ///< Said in cairn.yaml (governance.readiness); no record can show it.
  std::string why;        ///< What shows it, and what the next phase lacks.
  const Moment* evidence = nullptr;
};

struct Readiness {
  std::vector<Theme> themes;

  /// The least of the themes that records show (access, scale, automate, secure).
  Phase Reached() const;
  /// {"phase", "themes": [{"theme", "phase", "declared", "why", "evidence"}]}
  Json ToJson() const;
};

/// What the themes are read off, besides the history.
struct ReadinessGround {
  std::string learn, lead;       ///< As declared; "" when nobody said.
  std::int64_t models_live = 0;  ///< Models of which a version was promoted, and those elsewhere.
  std::int64_t many_models = 10;
  const Moment* signed_roles = nullptr;  ///< An approver's signature over what governs.
  bool risks_in_hand = false;            ///< The register is there, and no risk of it is open.
};
Readiness ReadinessOf(const History& history, const ReadinessGround& ground);

}  // namespace cairn::scorecard

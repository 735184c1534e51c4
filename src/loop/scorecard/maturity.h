#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/scorecard/history.h"

namespace cairn::scorecard {

/// One thing that a level asks for.
struct Need {
  int level = 0;
  std::string_view name;
  bool met = false;
  std::string_view missing;          ///< One sentence: what would meet it.
  const Moment* evidence = nullptr;  ///< Into the history; the newest.
  const Moment* first = nullptr;     ///< The first that met it.
};

/// Google's levels of MLOps: 0 everything by hand, 1 the pipeline runs by itself (continuous training), 2 the
/// pipeline itself is built, tested and delivered by CI/CD.
struct Maturity {
  int level = 0;
  std::vector<Need> needs;
  std::vector<const Moment*> reached;  ///< The event that completed level 1, 2.

  std::string_view Name() const;
  /// The sentences of what the next level lacks.
  std::vector<std::string_view> MissingForNext() const;
  /// The shape of GET /api/v1/level.
  Json ToJson() const;
};

/// The highest level whose needs, and those of all below, are met by events.
Maturity MaturityOf(const History& history);

}  // namespace cairn::scorecard

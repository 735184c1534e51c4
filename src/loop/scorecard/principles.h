#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/settings.h"

namespace cairn::scorecard {

/// One cell of the grid of six principles (versioning, testing, automation, reproducibility, deployment,
/// monitoring) by what they are held to (data, model, code).
struct Cell {
  std::string_view principle, level;
  std::string_view check;            ///< What must have been done, and be good.
  bool green = false;                ///< It was, and within the cadence.
  std::string why;                   ///< One sentence.
  const Moment* evidence = nullptr;  ///< The newest record of the check, good or not; null without one.
};

/// The 18 cells, row by row. `configuration` is the accepted one, or null; its `scorecard.cadence` holds.
/// Errors as ParseScorecard.
Result<std::vector<Cell>> PrinciplesOf(const History& history, const Node* configuration, TimeMs now);

/// {"green", "of": 18, "items": [{"principle", "level", "check", "green", "why", "evidence"}]}: the shape of
/// GET /api/v1/principles.
Json ToJson(const std::vector<Cell>& cells);

}  // namespace cairn::scorecard

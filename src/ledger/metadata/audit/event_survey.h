#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ground/sql/connection.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/metadata/audit/problem.h"
#include "ledger/metadata/merkle.h"

namespace cairn::metadata {

/// What the event table holds, each row compared with the leaf that was sealed for it.
struct EventSurvey {
  std::int64_t events = 0, unsealed = 0;
  std::optional<TimeMs> oldest_unsealed;
  std::vector<Digest>
      leaves;  ///< Of positions 0 up to the first that is missing; of an altered row the sealed leaf.
  std::vector<Problem> problems;
};

/// Reads every event; `size` positions are expected, those that signed heads cover.
Result<EventSurvey> SurveyEvents(sql::Connection& connection, std::uint64_t size);

}  // namespace cairn::metadata

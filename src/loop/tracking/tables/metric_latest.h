#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "ground/sql/connection.h"
#include "loop/tracking/tables/points.h"

/// Every SQL sentence about metric_latest but those of searches: for each metric of a run what was folded, in
/// one row.
namespace cairn::tracking {

struct Summary {
  Point latest, first;
  std::optional<double> least, most;  ///< Apart from NaN.
  std::int64_t points = 0;
};

/// Takes in settled points, `fresh` of which were not there before.
void Extend(Summary& summary, std::span<const Point> points, std::int64_t fresh);

using SummaryByKey = std::map<std::int64_t, Summary>;

Result<SummaryByKey> ReadSummaries(sql::Connection& connection, std::int64_t run);
Result<> WriteSummaries(sql::Connection& connection, std::int64_t run, const SummaryByKey& summaries);

}  // namespace cairn::tracking

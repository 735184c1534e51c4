#pragma once

#include <cstdint>

#include "ground/sql/connection.h"
#include "loop/tracking/tables/points.h"

namespace cairn::tracking {

/// Adds settled points to a run's chunks and summaries; those that are there already change nothing.
Result<> Fold(sql::Connection& connection, std::int64_t run, const PointsByKey& points);

}  // namespace cairn::tracking

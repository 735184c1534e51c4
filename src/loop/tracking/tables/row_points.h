#pragma once

#include <cstdint>

#include "ground/sql/database.h"

namespace cairn::tracking {

/// Moves what older stores keep as one row a point (metric_point, metric_tail) to where points are now, in
/// bounded transactions, each of which leaves every point in one place; so it goes on where it was broken
/// off. Costs two look-ups when there is nothing to move.
Result<> MoveRowPoints(sql::Database& database);
/// One such transaction's work: moves at most `at_once` points. False when there were none.
Result<bool> MoveSomeRowPoints(sql::Connection& connection, std::int64_t at_once);

}  // namespace cairn::tracking

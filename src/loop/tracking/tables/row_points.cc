#include "loop/tracking/tables/row_points.h"

#include <cmath>
#include <map>
#include <string>

#include "loop/tracking/tables/metric_fold.h"

namespace cairn::tracking {
namespace {

/// One of the old tables, and the columns it is sorted by, with $1 to $6 in their order.
struct OldTable {
  const char* name;
  const char* order;
  std::size_t run, key, step, at_ms, value, is_nan;  ///< Places in that order.
};

constexpr OldTable kTables[] = {
    {"metric_point", "run, key, step, at_ms, value, is_nan", 0, 1, 2, 3, 4, 5},
    {"metric_tail", "run, step, at_ms, key, value, is_nan", 0, 3, 1, 2, 4, 5},
};

/// Whether there was anything to move.
Result<bool> MoveFrom(const OldTable& table, sql::Connection& connection, std::int64_t at_once) {
  const std::string order = table.order, from = std::string(" FROM ") + table.name;
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT " + order + from + " ORDER BY " + order + " LIMIT $1", {at_once}));
  if (rows.empty()) return false;
  std::map<std::int64_t, PointsByKey> runs;
  for (const auto& row : rows) {
    const double value = row.Int(table.is_nan) != 0 ? std::nan("") : row.Double(table.value) + 0.0;
    runs[row.Int(table.run)][row.Int(table.key)].push_back(
        {row.Int(table.step), row.Int(table.at_ms), value});
  }
  for (auto& [run, keys] : runs) {
    for (auto& [key, points] : keys) Settle(points);
    CAIRN_TRY(Fold(connection, run, keys));
  }
  const auto& last = rows.back();
  CAIRN_TRY(connection.Run("DELETE" + from + " WHERE (" + order + ") <= ($1, $2, $3, $4, $5, $6)",
                           {last.At(0), last.At(1), last.At(2), last.At(3), last.At(4), last.At(5)}));
  return true;
}

}  // namespace

Result<bool> MoveSomeRowPoints(sql::Connection& connection, std::int64_t at_once) {
  for (const auto& table : kTables) {
    if (CAIRN_TRY(MoveFrom(table, connection, at_once))) return true;
  }
  return false;
}

Result<> MoveRowPoints(sql::Database& database) {
  constexpr std::int64_t kAtOnce = 50'000;
  const auto move = [&](sql::Connection& connection) { return MoveSomeRowPoints(connection, kAtOnce); };
  while (CAIRN_TRY(database.Transact(move))) {
  }
  return {};
}

}  // namespace cairn::tracking

#include "loop/tracking/tables/metric_latest.h"

#include <algorithm>
#include <cmath>

namespace cairn::tracking {
namespace {

sql::Value OrNull(const std::optional<double>& value) { return value ? sql::Value(*value) : sql::Value(); }

std::optional<double> OrNothing(const sql::Row& row, std::size_t column) {
  return row.IsNull(column) ? std::nullopt : std::optional(row.Double(column));
}

}  // namespace

void Extend(Summary& summary, std::span<const Point> points, std::int64_t fresh) {
  if (points.empty()) return;
  const bool is_new = summary.points == 0;
  if (is_new || Before(summary.latest, points.back())) summary.latest = points.back();
  if (is_new || Before(points.front(), summary.first)) summary.first = points.front();
  for (const auto& point : points) {
    if (std::isnan(point.value)) continue;
    summary.least = std::min(summary.least.value_or(point.value), point.value);
    summary.most = std::max(summary.most.value_or(point.value), point.value);
  }
  summary.points += fresh;
}

Result<SummaryByKey> ReadSummaries(sql::Connection& connection, std::int64_t run) {
  SummaryByKey found;
  const auto rows = CAIRN_TRY(
      connection.Run("SELECT key, step, at_ms, value, is_nan, first_step, first_ms, first_value, min_value, "
                     "max_value, points FROM metric_latest WHERE run = $1",
                     {run}));
  for (const auto& row : rows) {
    auto& summary = found[row.Int(0)];
    summary.latest = {row.Int(1), row.Int(2), row.Int(4) != 0 ? std::nan("") : row.Double(3)};
    summary.first = {row.Int(5), row.Int(6), row.IsNull(7) ? std::nan("") : row.Double(7)};
    summary.least = OrNothing(row, 8);
    summary.most = OrNothing(row, 9);
    summary.points = row.Int(10);
  }
  return found;
}

Result<> WriteSummaries(sql::Connection& connection, std::int64_t run, const SummaryByKey& summaries) {
  if (summaries.empty()) return {};
  constexpr std::size_t kColumns = 13;
  const auto runs = CAIRN_TRY(connection.Run("SELECT experiment FROM run WHERE number = $1", {run}));
  const auto experiment = runs.empty() ? 0 : runs.front().Int(0);
  std::vector<sql::Value> rows;
  rows.reserve(summaries.size() * kColumns);
  for (const auto& [key, summary] : summaries) {
    const auto& latest = summary.latest;
    const auto& first = summary.first;
    const bool nan = std::isnan(latest.value);
    rows.insert(rows.end(),
                {run, key, latest.step, latest.at_ms, nan ? 0.0 : latest.value, nan, OrNull(summary.least),
                 OrNull(summary.most), first.step, first.at_ms,
                 std::isnan(first.value) ? sql::Value() : first.value, summary.points, experiment});
  }
  return connection.InsertRows(
      "INSERT INTO metric_latest (run, key, step, at_ms, value, is_nan, min_value, max_value, first_step, "
      "first_ms, first_value, points, experiment)",
      kColumns, rows,
      "ON CONFLICT (run, key) DO UPDATE SET step = excluded.step, at_ms = excluded.at_ms, "
      "value = excluded.value, is_nan = excluded.is_nan, min_value = excluded.min_value, "
      "max_value = excluded.max_value, first_step = excluded.first_step, first_ms = excluded.first_ms, "
      "first_value = excluded.first_value, points = excluded.points");
}

}  // namespace cairn::tracking

#include "loop/tracking/tables/metric_log.h"

#include "loop/tracking/sentence.h"
#include "loop/tracking/tables/metric_table.h"

namespace cairn::tracking {
namespace {

// Fetching a row takes about as long as unpacking so many bytes.
constexpr std::int64_t kRowWeight = 200;
constexpr std::int64_t kPointWeight = 11;

// From run to run by the index, however many rows each has.
constexpr std::string_view kLoggedRuns =
    "WITH RECURSIVE logged(run) AS (SELECT MIN(run) FROM metric_log UNION ALL "
    "SELECT (SELECT MIN(l.run) FROM metric_log l WHERE l.run > logged.run) FROM logged "
    "WHERE logged.run IS NOT NULL) ";

Result<sql::Rows> Rows(sql::Connection& connection, std::int64_t run) {
  return connection.Run("SELECT points FROM metric_log WHERE run = $1", {run});
}

}  // namespace

Result<> AppendToLog(sql::Connection& connection, std::int64_t run, std::span<const Metric> metrics,
                     std::span<const std::int64_t> keys) {
  CAIRN_TRY(connection.Run("INSERT INTO metric_log (run, points) VALUES ($1, $2)",
                           {run, sql::Bytes{PackBatch(metrics, keys)}}));
  return {};
}

Result<PointsByKey> ReadLog(sql::Connection& connection, std::int64_t run) {
  PointsByKey found;
  const auto rows = CAIRN_TRY(Rows(connection, run));
  for (const auto& row : rows) {
    CAIRN_TRY(UnpackBatch(row.Content(0),
                          [&](std::int64_t key, const Point& point) { found[key].push_back(point); }));
  }
  for (auto& [key, points] : found) Settle(points);
  return found;
}

Result<std::vector<Point>> ReadLog(sql::Connection& connection, std::int64_t run, std::int64_t key) {
  std::vector<Point> points;
  const auto rows = CAIRN_TRY(Rows(connection, run));
  for (const auto& row : rows) {
    CAIRN_TRY(UnpackBatch(row.Content(0), [&](std::int64_t of, const Point& point) {
      if (of == key) points.push_back(point);
    }));
  }
  Settle(points);
  return points;
}

Result<> ClearLog(sql::Connection& connection, std::int64_t run) {
  CAIRN_TRY(connection.Run("DELETE FROM metric_log WHERE run = $1", {run}));
  return {};
}

Result<std::int64_t> LogWeight(sql::Connection& connection, std::int64_t run) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT COUNT(*), COALESCE(SUM(LENGTH(points)), 0) FROM metric_log WHERE run = $1", {run}));
  return rows.front().Int(0) * kRowWeight + rows.front().Int(1);
}

std::int64_t WeightOf(std::size_t points) {
  return kRowWeight + kPointWeight * static_cast<std::int64_t>(points);
}

Result<std::vector<std::int64_t>> UnfoldedRuns(sql::Connection& connection,
                                               std::span<const ExperimentId> experiments) {
  std::vector<std::int64_t> runs;
  const std::vector<sql::Value> ids(experiments.begin(), experiments.end());
  CAIRN_TRY(ForChunks(ids, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add(std::string(kLoggedRuns) +
                 "SELECT r.number FROM logged JOIN run r ON r.number = logged.run WHERE r.experiment IN " +
                 list);
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) runs.push_back(row.Int(0));
    return {};
  }));
  return runs;
}

Result<std::vector<std::int64_t>> UnfoldedRuns(sql::Connection& connection) {
  std::vector<std::int64_t> runs;
  const auto rows =
      CAIRN_TRY(connection.Run(std::string(kLoggedRuns) + "SELECT run FROM logged WHERE run IS NOT NULL"));
  runs.reserve(rows.size());
  for (const auto& row : rows) runs.push_back(row.Int(0));
  return runs;
}

}  // namespace cairn::tracking

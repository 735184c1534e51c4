#include "loop/tracking/tables/metric_table.h"

#include <cmath>
#include <tuple>
#include <unordered_map>

namespace cairn::tracking {
namespace {

/// The number that is stored for a metric's value.
double Stored(const Metric& metric) { return std::isnan(metric.value) ? 0.0 : metric.value; }

auto Rank(const Metric& metric) { return std::tuple(metric.step, metric.at_ms, Stored(metric)); }

Metric PointOf(const sql::Row& row) {
  Metric metric;
  metric.step = row.Int(0);
  metric.at_ms = row.Int(1);
  metric.value = row.Int(3) != 0 ? std::nan("") : row.Double(2);
  return metric;
}

std::vector<Metric> PointsOf(const sql::Rows& rows, std::string_view run_id, std::string_view key) {
  std::vector<Metric> points;
  points.reserve(rows.size());
  for (const auto& row : rows) {
    points.push_back(PointOf(row));
    points.back().key = key;
    points.back().run_id = run_id;
  }
  return points;
}

/// The points of the metric $2 of the run $1, each once, wherever they are.
std::string PointsOfOne() {
  const auto of_one = [](const std::string& table) {
    return "SELECT step, at_ms, value, is_nan FROM " + table +
           " WHERE run = (SELECT number FROM run WHERE id = $1) AND key = (SELECT id FROM metric_key WHERE "
           "name = $2)";
  };
  return "(" + of_one("metric_point") + " UNION " + of_one("metric_tail") + ") AS point";
}

Result<> RaiseLatest(sql::Connection& connection, std::int64_t run, std::span<const Metric> metrics,
                     std::span<const std::int64_t> keys) {
  std::unordered_map<std::int64_t, const Metric*> newest;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    auto& best = newest[keys[i]];
    if (best == nullptr || Rank(*best) < Rank(metrics[i])) best = &metrics[i];
  }
  std::vector<sql::Value> rows;
  rows.reserve(newest.size() * 6);
  for (const auto& [key, metric] : newest) {
    rows.insert(rows.end(),
                {run, key, metric->step, metric->at_ms, Stored(*metric), std::isnan(metric->value)});
  }
  return connection.InsertRows(
      "INSERT INTO metric_latest (run, key, step, at_ms, value, is_nan)", 6, rows,
      "ON CONFLICT (run, key) DO UPDATE SET step = excluded.step, at_ms = excluded.at_ms, value = "
      "excluded.value, "
      "is_nan = excluded.is_nan WHERE (excluded.step, excluded.at_ms, excluded.value) > "
      "(metric_latest.step, metric_latest.at_ms, metric_latest.value)");
}

}  // namespace

Result<> InsertMetrics(sql::Connection& connection, std::int64_t run, std::span<const Metric> metrics,
                       std::span<const std::int64_t> keys) {
  if (metrics.empty()) return {};
  std::vector<sql::Value> rows;
  rows.reserve(metrics.size() * 6);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const auto& metric = metrics[i];
    rows.insert(rows.end(),
                {run, keys[i], metric.step, metric.at_ms, Stored(metric), std::isnan(metric.value)});
  }
  CAIRN_TRY(connection.InsertRows("INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan)", 6, rows,
                                  "ON CONFLICT DO NOTHING"));
  return RaiseLatest(connection, run, metrics, keys);
}

Result<std::int64_t> TailLength(sql::Connection& connection, std::int64_t run) {
  return CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM metric_tail WHERE run = $1", {run})).front().Int(0);
}

Result<> FoldTail(sql::Connection& connection, std::int64_t run) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) SELECT run, key, step, at_ms, value, "
      "is_nan FROM metric_tail WHERE run = $1 ORDER BY key, step, at_ms, value, is_nan ON CONFLICT DO "
      "NOTHING",
      {run}));
  CAIRN_TRY(connection.Run("DELETE FROM metric_tail WHERE run = $1", {run}));
  return {};
}

Result<> InsertModelMetrics(sql::Connection& connection, std::string_view run_id,
                            std::span<const Metric> metrics) {
  std::vector<sql::Value> rows;
  for (const auto& metric : metrics) {
    if (metric.model_id.empty()) continue;
    rows.insert(rows.end(), {metric.model_id, metric.key, metric.at_ms, metric.step, run_id, Stored(metric),
                             std::isnan(metric.value), metric.dataset_name, metric.dataset_digest});
  }
  if (rows.empty()) return {};
  return connection.InsertRows(
      "INSERT INTO logged_model_metric (model, key, at_ms, step, run, value, is_nan, dataset_name, "
      "dataset_digest)",
      9, rows, "ON CONFLICT DO NOTHING");
}

Result<std::vector<Metric>> ReadPoints(sql::Connection& connection, std::string_view run_id,
                                       std::string_view key, std::int64_t limit, std::int64_t offset) {
  constexpr std::int64_t kAll = std::int64_t{1} << 62;
  static const std::string sentence = "SELECT step, at_ms, value, is_nan FROM " + PointsOfOne() +
                                      " ORDER BY at_ms, step, value, is_nan LIMIT $3 OFFSET $4";
  const auto rows = CAIRN_TRY(connection.Run(sentence, {run_id, key, limit == 0 ? kAll : limit, offset}));
  return PointsOf(rows, run_id, key);
}

Result<std::vector<Metric>> ReadSample(sql::Connection& connection, std::string_view run_id,
                                       std::string_view key, const PointRange& range, std::int64_t buckets) {
  const auto first = range.first_step.value_or(INT64_MIN), last = range.last_step.value_or(INT64_MAX);
  static const std::string parts =
      "SELECT step, at_ms, value, is_nan FROM ("
      "SELECT step, at_ms, value, is_nan, ROW_NUMBER() OVER (PARTITION BY bucket "
      "ORDER BY step, at_ms, value, is_nan) AS place "
      "FROM (SELECT step, at_ms, value, is_nan, NTILE(CAST($5 AS INTEGER)) OVER "
      "(ORDER BY step, at_ms, value, is_nan) AS bucket FROM " +
      PointsOfOne() +
      " WHERE step >= $3 AND step <= $4) AS cut) AS ranked "
      "WHERE place = 1 ORDER BY step, at_ms, value, is_nan";
  auto points = PointsOf(CAIRN_TRY(connection.Run(parts, {run_id, key, first, last, buckets})), run_id, key);
  if (static_cast<std::int64_t>(points.size()) < buckets) return points;
  static const std::string newest = "SELECT step, at_ms, value, is_nan FROM " + PointsOfOne() +
                                    " WHERE step >= $3 AND step <= $4 "
                                    "ORDER BY step DESC, at_ms DESC, value DESC, is_nan DESC LIMIT 1";
  const auto end = CAIRN_TRY(connection.Run(newest, {run_id, key, first, last}));
  points.back() = PointsOf(end, run_id, key).front();
  return points;
}

}  // namespace cairn::tracking

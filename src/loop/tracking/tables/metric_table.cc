#include "loop/tracking/tables/metric_table.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <unordered_map>

#include "loop/tracking/sentence.h"
#include "loop/tracking/tables/metric_chunks.h"
#include "loop/tracking/tables/metric_log.h"
#include "loop/tracking/tables/samples.h"

namespace cairn::tracking {
namespace {

struct Place {
  std::int64_t run = 0, key = 0;
};

/// Nothing for an unknown run or key.
Result<std::optional<Place>> PlaceOf(sql::Connection& connection, std::string_view run_id,
                                     std::string_view key) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT r.number, k.id FROM run r, metric_key k WHERE r.id = $1 AND k.name = $2", {run_id, key}));
  if (rows.empty()) return std::optional<Place>();
  return std::optional(Place{rows.front().Int(0), rows.front().Int(1)});
}

void SortByTime(std::vector<Point>& points) {
  // Within a moment they are sorted already, and mostly so are the moments.
  const auto earlier = [](const Point& a, const Point& b) {
    return std::tie(a.at_ms, a.step) < std::tie(b.at_ms, b.step);
  };
  if (!std::is_sorted(points.begin(), points.end(), earlier))
    std::stable_sort(points.begin(), points.end(), earlier);
}

Result<std::map<std::int64_t, std::string>> NamesOf(sql::Connection& connection, const PointsByKey& points) {
  std::vector<sql::Value> keys;
  for (const auto& [key, unused] : points) keys.emplace_back(key);
  std::map<std::int64_t, std::string> names;
  CAIRN_TRY(ForChunks(keys, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT id, name FROM metric_key WHERE id IN " + list);
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) names[row.Int(0)] = row.Text(1);
    return {};
  }));
  return names;
}

Result<> CheckModel(sql::Connection& connection, const Metric& metric) {
  const auto rows = CAIRN_TRY(connection.Run("SELECT 1 FROM logged_model WHERE id = $1", {metric.model_id}));
  if (!rows.empty()) return {};
  return Error{Reason::InvalidArgument, "The metric '" + metric.key + "' names the logged model '" +
                                            metric.model_id +
                                            "', which does not exist; create the model first, or log the "
                                            "metric without model_id."};
}

}  // namespace

Result<> InsertMetrics(sql::Connection& connection, std::int64_t run, std::span<const Metric> metrics,
                       std::span<const std::int64_t> keys) {
  if (metrics.empty()) return {};
  return AppendToLog(connection, run, metrics, keys);
}

Result<> InsertModelMetrics(sql::Connection& connection, std::string_view run_id,
                            std::span<const Metric> metrics) {
  std::vector<sql::Value> rows;
  std::set<std::string_view> known;
  for (const auto& metric : metrics) {
    if (metric.model_id.empty()) continue;
    if (known.insert(metric.model_id).second) CAIRN_TRY(CheckModel(connection, metric));
    const bool nan = std::isnan(metric.value);
    rows.insert(rows.end(), {metric.model_id, metric.key, metric.at_ms, metric.step, run_id,
                             nan ? 0.0 : metric.value, nan, metric.dataset_name, metric.dataset_digest});
  }
  if (rows.empty()) return {};
  return connection.InsertRows(
      "INSERT INTO logged_model_metric (model, key, at_ms, step, run, value, is_nan, dataset_name, "
      "dataset_digest)",
      9, rows, "ON CONFLICT DO NOTHING");
}

Result<> AddUnfolded(sql::Connection& connection, std::int64_t run, std::vector<Metric>& latest) {
  const auto logged = CAIRN_TRY(ReadLog(connection, run));
  if (logged.empty()) return {};
  const auto names = CAIRN_TRY(NamesOf(connection, logged));
  std::map<std::string_view, const Point*> newest;
  for (const auto& [key, points] : logged) {
    if (const auto name = names.find(key); name != names.end()) newest[name->second] = &points.back();
  }
  for (auto& metric : latest) {
    const auto found = newest.find(metric.key);
    if (found == newest.end()) continue;
    if (Before({metric.step, metric.at_ms, metric.value}, *found->second))
      metric = MetricOf(*found->second, metric.run_id, metric.key);
    newest.erase(found);
  }
  for (const auto& [name, point] : newest) latest.push_back(MetricOf(*point, "", name));
  std::sort(latest.begin(), latest.end(), [](const Metric& a, const Metric& b) { return a.key < b.key; });
  return {};
}

Result<std::vector<Point>> ReadPoints(sql::Connection& connection, std::string_view run_id,
                                      std::string_view key, std::int64_t limit, std::int64_t offset) {
  const auto place = CAIRN_TRY(PlaceOf(connection, run_id, key));
  if (!place) return std::vector<Point>();
  const auto logged = CAIRN_TRY(ReadLog(connection, place->run, place->key));
  auto until = INT64_MAX;
  for (const auto& point : logged) until = std::min(until, point.at_ms);
  auto stretch = CAIRN_TRY(ReadStretch(connection, place->run, place->key, until, offset, limit));
  auto& points = stretch.points;
  Merge(points, logged);
  SortByTime(points);
  const auto begin = std::min(static_cast<std::size_t>(offset - stretch.skipped), points.size());
  points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(begin));
  if (limit > 0 && points.size() > static_cast<std::size_t>(limit))
    points.resize(static_cast<std::size_t>(limit));
  return std::move(points);
}

Result<std::vector<Metric>> ReadSample(sql::Connection& connection, std::string_view run_id,
                                       std::string_view key, const PointRange& range, Sampling sampling,
                                       std::int64_t most) {
  std::vector<Metric> sample;
  const auto place = CAIRN_TRY(PlaceOf(connection, run_id, key));
  if (!place) return sample;
  auto points = CAIRN_TRY(ReadChunks(connection, place->run, place->key, range));
  Merge(points, CAIRN_TRY(ReadLog(connection, place->run, place->key)));
  std::erase_if(points, [&](const Point& point) {
    return point.step < range.first_step.value_or(INT64_MIN) ||
           point.step > range.last_step.value_or(INT64_MAX);
  });
  const auto chosen =
      sampling == Sampling::Extremes ? SampleWithExtremes(points, most) : SampleEvenly(points, most);
  for (const auto& point : chosen) sample.push_back(MetricOf(point, run_id, key));
  return sample;
}

}  // namespace cairn::tracking

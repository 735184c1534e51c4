#include <numeric>

#include "loop/comparison/sample_tests.h"
#include "loop/evaluation/metrics.h"
#include "loop/scorecard/changes/changes.h"

namespace cairn::scorecard {
namespace {

constexpr std::size_t kFewest = 3, kMost = 12;
constexpr double kAlpha = 0.05;

double MeanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The value of a closed window of quality of this version and metric ("" for any, which it then names).
std::optional<double> ValueIn(const Moment& window, const std::string& version, std::string& metric) {
  const Json& body = window.event.body;
  const auto& values = body.At("values").items();
  if (!AboutQuality(window) || VersionIn(body) != version || values.empty()) return std::nullopt;
  if (metric.empty()) metric = body.Text("statistic");
  if (body.Text("statistic") != metric || !values.front().At("value").IsNumber()) return std::nullopt;
  return values.front().Double("value");
}

/// The next promotion of the same model, or null.
const Moment* NextPromotion(const History& history, const Moment& promoted) {
  for (const Moment* one : history.Of("rollout.promoted")) {
    if (History::Before(promoted, *one) && one->event.body.Text("model") == promoted.event.body.Text("model"))
      return one;
  }
  return nullptr;
}

}  // namespace

Comparison CompareWithReplaced(const History& history, const Moment& promoted) {
  Comparison comparison;
  const std::string version = VersionIn(promoted.event.body),
                    previous = VersionIn(promoted.event.body, "previous");
  if (previous.empty()) return comparison;
  const Moment* next = NextPromotion(history, promoted);
  std::string metric;
  std::vector<double> before, after;
  for (const Moment* window : history.Of("monitoring.window_closed")) {
    if (next != nullptr && History::Before(*next, *window)) break;
    const bool earlier = History::Before(*window, promoted);
    const auto value = ValueIn(*window, earlier ? previous : version, metric);
    if (!value || (!earlier && after.size() == kMost)) continue;
    (earlier ? before : after).push_back(*value);
  }
  if (before.size() > kMost) before.erase(before.begin(), before.end() - kMost);
  const auto known = evaluation::MetricNamed(metric);
  if (before.size() < kFewest || after.size() < kFewest || !known) return comparison;
  // "Greater" tends to be the reference's side: the old version's values lie above the new one's.
  const auto worse =
      evaluation::HigherIsBetter(*known) ? comparison::Alternative::Greater : comparison::Alternative::Less;
  const auto test = comparison::MannWhitney(before, after, worse);
  if (!test) return comparison;
  return {metric,
          static_cast<std::int64_t>(before.size()),
          static_cast<std::int64_t>(after.size()),
          MeanOf(before),
          MeanOf(after),
          test->p_value,
          test->p_value <= kAlpha};
}

}  // namespace cairn::scorecard

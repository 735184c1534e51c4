#include "loop/evaluation/evaluation.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "loop/evaluation/significance.h"

namespace cairn::evaluation {
namespace {

Json NumberOrNull(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json ToJson(const Interval& interval) {
  return Json{{"value", NumberOrNull(interval.value)},
              {"low", NumberOrNull(interval.low)},
              {"high", NumberOrNull(interval.high)},
              {"confidence", interval.confidence}};
}

Json ToJson(const Confusion& confusion) {
  return Json{{"true_positive", confusion.true_positive},
              {"false_positive", confusion.false_positive},
              {"true_negative", confusion.true_negative},
              {"false_negative", confusion.false_negative}};
}

Json ToJson(const Calibration& calibration) {
  Json bins = Json::Array();
  for (const CalibrationBin& bin : calibration.bins) {
    bins.Push(Json{{"low", bin.low},
                   {"high", bin.high},
                   {"rows", bin.rows},
                   {"mean_score", bin.mean_score},
                   {"mean_label", bin.mean_label}});
  }
  return Json{{"expected_error", calibration.expected_error},
              {"mean_score", calibration.mean_score},
              {"mean_label", calibration.mean_label},
              {"bins", std::move(bins)}};
}

Json ToJson(const Slice& slice) {
  return Json{{"column", slice.column},
              {"value", slice.value},
              {"rows", slice.rows},
              {"metric", NumberOrNull(slice.metric)},
              {"interval", slice.interval ? ToJson(*slice.interval) : Json()},
              {"judged", slice.judged}};
}

Result<Json> AllMetricsOf(Sample sample, bool regression, const MetricSettings& settings) {
  Json metrics = Json::Object();
  for (const Metric metric : AllMetrics()) {
    if (IsRegression(metric) != regression) continue;
    metrics.Set(std::string(NameOf(metric)), NumberOrNull(CAIRN_TRY(ValueOf(metric, sample, settings))));
  }
  return metrics;
}

Result<Done> AddDecisions(Json& report, Sample sample, const MetricSettings& settings,
                          const ThresholdChoice& cheapest) {
  const Confusion confusion = CAIRN_TRY(ConfusionAt(sample, settings.threshold));
  report.Set("threshold", settings.threshold);
  report.Set("confusion", ToJson(confusion));
  report.Set("cost", Json{{"at_threshold", CostPerThousandOf(confusion, settings.cost)},
                          {"cheapest_threshold", cheapest.threshold},
                          {"cheapest", cheapest.cost_per_thousand},
                          {"false_positive", settings.cost.false_positive},
                          {"false_negative", settings.cost.false_negative},
                          {"true_positive", settings.cost.true_positive},
                          {"true_negative", settings.cost.true_negative}});
  report.Set("calibration", ToJson(CAIRN_TRY(CalibrationOf(sample, settings.calibration_bins))));
  return Done{};
}

Result<Done> AddSlices(Json& report, Sample sample, const EvaluateOptions& options,
                       const MetricSettings& settings) {
  if (options.slices.empty()) return Done{};
  const std::vector<Slice> slices =
      CAIRN_TRY(SlicesOf(options.metric, sample, options.slices, settings, options.slicing));
  Json list = Json::Array();
  for (const Slice& slice : slices) list.Push(ToJson(slice));
  const Slice* worst = WorstOf(options.metric, slices);
  report.Set("slices", std::move(list));
  report.Set("worst_slice", worst != nullptr ? ToJson(*worst) : Json());
  report.Set("minimum_slice_rows", options.slicing.minimum_rows);
  return Done{};
}

Standing StandingOf(const Interval& improvement, double margin) {
  if (improvement.low > 0) return Standing::Better;
  if (improvement.high < 0) return Standing::Worse;
  // Equal models have an interval of no width at 0, and are not worse at any margin.
  return improvement.low >= -margin ? Standing::NotWorse : Standing::Unclear;
}

Result<Interval> ImprovementOf(Sample candidate, Sample champion, const CompareOptions& options,
                               const BootstrapSettings& bootstrap) {
  const Measure a = CAIRN_TRY(Measure::Of(options.metric, candidate, options.settings));
  const Measure b = CAIRN_TRY(Measure::Of(options.metric, champion, options.settings));
  return Turned(CAIRN_TRY(DifferenceInterval(a, b, bootstrap)), HigherIsBetter(options.metric));
}

Result<Json> DecisionsOf(Sample candidate, Sample champion, double threshold) {
  std::int64_t only_champion_wrong = 0;
  std::int64_t only_candidate_wrong = 0;
  for (std::size_t i = 0; i < candidate.labels.size(); ++i) {
    const bool label = candidate.labels[i] == 1.0;
    const bool candidate_right = (candidate.scores[i] >= threshold) == label;
    const bool champion_right = (champion.scores[i] >= threshold) == label;
    only_champion_wrong += candidate_right && !champion_right;
    only_candidate_wrong += champion_right && !candidate_right;
  }
  const PairedTest test = CAIRN_TRY(PairedFailures(only_champion_wrong, only_candidate_wrong));
  return Json{{"test", "mcnemar_exact"},
              {"threshold", threshold},
              {"only_champion_wrong", only_champion_wrong},
              {"only_candidate_wrong", only_candidate_wrong},
              {"p_value", test.p_value},
              {"significantly_worse", test.significantly_worse}};
}

struct SliceMargin {
  Json shown;
  double improvement = 0;
};

Result<SliceMargin> CompareSlice(const std::string& column, const SliceRows& group, Sample candidate,
                                 Sample champion, const CompareOptions& options) {
  std::vector<double> labels, a, b;
  for (const std::uint32_t row : group.rows) {
    labels.push_back(candidate.labels[row]);
    a.push_back(candidate.scores[row]);
    b.push_back(champion.scores[row]);
  }
  const auto interval = ImprovementOf({labels, a}, {labels, b}, options, options.slicing.bootstrap);
  Json shown{{"column", column}, {"value", group.value}, {"rows", group.rows.size()}};
  const bool judged = static_cast<std::int64_t>(group.rows.size()) >= options.slicing.minimum_rows &&
                      interval && std::isfinite(interval->value);
  shown.Set("improvement", judged ? ToJson(*interval) : Json());
  shown.Set("verdict", judged ? Json(NameOf(StandingOf(*interval, options.margin))) : Json("too_few_rows"));
  return SliceMargin{std::move(shown), judged ? interval->value : std::nan("")};
}

Result<Done> AddSliceMargins(Json& report, Sample candidate, Sample champion, const CompareOptions& options) {
  if (options.slices.empty()) return Done{};
  Json list = Json::Array();
  SliceMargin worst{Json(), std::nan("")};
  for (const SliceColumn& column : options.slices) {
    for (const SliceRows& group :
         CAIRN_TRY(RowsByValue(column, candidate.labels.size(), options.slicing.most_values))) {
      const SliceMargin slice = CAIRN_TRY(CompareSlice(column.name, group, candidate, champion, options));
      list.Push(slice.shown);
      if (std::isnan(slice.improvement)) continue;
      if (std::isnan(worst.improvement) || slice.improvement < worst.improvement) worst = slice;
    }
  }
  report.Set("slices", std::move(list));
  report.Set("worst_slice", worst.shown);
  return Done{};
}

}  // namespace

Result<Json> Evaluate(Sample sample, const EvaluateOptions& options) {
  const bool regression = IsRegression(options.metric);
  MetricSettings settings = options.settings;
  ThresholdChoice cheapest;
  if (!regression) {
    cheapest = CAIRN_TRY(CheapestThreshold(sample, settings.cost));
    if (options.use_cheapest_threshold) settings.threshold = cheapest.threshold;
  }
  const Measure measure = CAIRN_TRY(Measure::Of(options.metric, sample, settings));
  Json report{{"rows", measure.rows()},
              {"task", regression ? "regression" : "binary"},
              {"metric", NameOf(options.metric)},
              {"higher_is_better", HigherIsBetter(options.metric)},
              {"value", NumberOrNull(measure.Value())}};
  const auto interval = IntervalOf(measure, options.bootstrap);
  if (!interval && interval.error().reason != Reason::Unprocessable) return interval.error();
  report.Set("interval", interval ? ToJson(*interval) : Json());
  report.Set("metrics", CAIRN_TRY(AllMetricsOf(sample, regression, settings)));
  if (!regression) CAIRN_TRY(AddDecisions(report, sample, settings, cheapest));
  CAIRN_TRY(AddSlices(report, sample, options, settings));
  return report;
}

std::string_view NameOf(Standing standing) {
  switch (standing) {
    case Standing::Better:
      return "better";
    case Standing::NotWorse:
      return "not_worse";
    case Standing::Worse:
      return "worse";
    case Standing::Unclear:
      return "unclear";
  }
  return "unclear";
}

Result<Comparison> Compare(std::span<const double> labels, std::span<const double> candidate,
                           std::span<const double> champion, const CompareOptions& options) {
  if (!(options.margin >= 0)) {
    return Error{Reason::InvalidArgument,
                 "the margin of a comparison must be 0 or more, in the metric's own unit"};
  }
  const Sample a{labels, candidate};
  const Sample b{labels, champion};
  Comparison comparison;
  comparison.improvement = CAIRN_TRY(ImprovementOf(a, b, options, options.bootstrap));
  comparison.standing = StandingOf(comparison.improvement, options.margin);
  const double low = comparison.improvement.low;
  comparison.report =
      Json{{"rows", labels.size()},
           {"metric", NameOf(options.metric)},
           {"higher_is_better", HigherIsBetter(options.metric)},
           {"candidate", NumberOrNull(CAIRN_TRY(ValueOf(options.metric, a, options.settings)))},
           {"champion", NumberOrNull(CAIRN_TRY(ValueOf(options.metric, b, options.settings)))},
           {"margin", options.margin},
           {"improvement", ToJson(comparison.improvement)},
           {"superior", low > 0},
           {"non_inferior", low >= -options.margin},
           {"inferior", comparison.improvement.high < 0},
           {"verdict", NameOf(comparison.standing)}};
  if (!IsRegression(options.metric)) {
    comparison.report.Set("decisions", CAIRN_TRY(DecisionsOf(a, b, options.settings.threshold)));
  }
  CAIRN_TRY(AddSliceMargins(comparison.report, a, b, options));
  return comparison;
}

}  // namespace cairn::evaluation

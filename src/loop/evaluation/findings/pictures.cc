#include <algorithm>
#include <cmath>

#include "loop/evaluation/findings/measured.h"
#include "loop/evaluation/random.h"
#include "loop/evaluation/statistics/curves.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kCurvePoints = 200, kBins = 40, kDots = 600;

double Share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Counts over equal bins between the ends; what lies outside counts at the end.
Json HistogramOf(std::span<const double> values, double low, double high) {
  std::vector<std::int64_t> counts(kBins);
  const double width = high > low ? (high - low) / static_cast<double>(kBins) : 1;
  for (const double value : values) {
    const double bin = std::floor((value - low) / width);
    ++counts[static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(kBins - 1)))];
  }
  Json list = Json::Array();
  for (const auto count : counts) list.Push(count);
  return Json{{"low", low}, {"high", low + width * static_cast<double>(kBins)}, {"counts", std::move(list)}};
}

}  // namespace

Json CurvesJson(Sample sample) {
  const Curve curve = Thinned(CurveOf(sample), kCurvePoints);
  Json roc = Json::Array(), precision_recall = Json::Array();
  for (const CurvePoint& point : curve.points) {
    const double recall = Share(point.true_positives, curve.positives);
    const Json threshold = NumberOrNull(point.threshold);
    roc.Push(Json{{"threshold", threshold},
                  {"false_positive_rate", Share(point.false_positives, curve.negatives)},
                  {"true_positive_rate", recall}});
    const std::int64_t decided = point.true_positives + point.false_positives;
    precision_recall.Push(Json{{"threshold", threshold},
                               {"recall", recall},
                               {"precision", decided == 0 ? 1.0 : Share(point.true_positives, decided)}});
  }
  return Json{{"roc", std::move(roc)},
              {"precision_recall", std::move(precision_recall)},
              {"base_rate", Share(curve.positives, curve.positives + curve.negatives)}};
}

Json CalibrationJson(Sample sample) {
  Json bins = Json::Array();
  const auto calibration = CalibrationOf(sample, 10);
  if (!calibration) return Json();
  for (const CalibrationBin& bin : calibration->bins) {
    if (bin.rows == 0) continue;
    // Wilson's interval of the share that came true, at 95 %.
    const double n = static_cast<double>(bin.rows), p = bin.mean_label, z = NormalQuantile(0.975),
                 centre = (p + z * z / (2 * n)) / (1 + z * z / n),
                 half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    bins.Push(Json{{"from", bin.low},
                   {"to", bin.high},
                   {"rows", bin.rows},
                   {"mean_score", bin.mean_score},
                   {"mean_label", bin.mean_label},
                   {"low", std::max(0.0, centre - half)},
                   {"high", std::min(1.0, centre + half)}});
  }
  return Json{{"expected_error", calibration->expected_error},
              {"mean_score", calibration->mean_score},
              {"mean_label", calibration->mean_label},
              {"bins", std::move(bins)}};
}

Json ScoresJson(Sample sample) {
  std::vector<double> ones, zeros;
  for (std::size_t i = 0; i < sample.labels.size(); ++i)
    (sample.labels[i] == 1 ? ones : zeros).push_back(sample.scores[i]);
  return Json{{"positive", HistogramOf(ones, 0, 1)}, {"negative", HistogramOf(zeros, 0, 1)}};
}

Json CostJson(Sample sample, const CostMatrix& cost, const std::string& unit, double threshold) {
  const Curve whole = CurveOf(sample);
  const auto at = [&](const CurvePoint& point) {
    return CostPerThousandOf(
        {point.true_positives, point.false_positives, whole.negatives - point.false_positives,
         whole.positives - point.true_positives},
        cost);
  };
  Json curve = Json::Array();
  for (const CurvePoint& point : Thinned(whole, kCurvePoints).points)
    curve.Push(
        Json{{"threshold", std::isfinite(point.threshold) ? point.threshold : 1.0}, {"cost", at(point)}});
  const auto cheapest = CheapestThreshold(sample, cost);
  const auto confusion = ConfusionAt(sample, threshold);
  return Json{{"unit", unit},
              {"false_positive", cost.false_positive},
              {"false_negative", cost.false_negative},
              {"at_threshold", confusion ? NumberOrNull(CostPerThousandOf(*confusion, cost)) : Json()},
              {"cheapest_threshold", cheapest ? NumberOrNull(cheapest->threshold) : Json()},
              {"cheapest", cheapest ? NumberOrNull(cheapest->cost_per_thousand) : Json()},
              {"curve", std::move(curve)}};
}

Json ResidualsJson(const Truth& truth, const Answers& answers) {
  std::vector<double> residuals;
  for (std::size_t i = 0; i < truth.numbers.size(); ++i)
    residuals.push_back(truth.numbers[i] - answers.numbers[i]);
  std::vector<double> sorted = residuals;
  std::ranges::sort(sorted);
  const auto at = [&](double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  };
  Json dots = Json::Array();
  Random random(1);
  for (std::size_t row = 0, taken = 0; row < residuals.size() && taken < kDots; ++row) {
    if (random.Unit() * static_cast<double>(residuals.size() - row) >= static_cast<double>(kDots - taken))
      continue;
    ++taken;
    dots.Push(Json{{"prediction", answers.numbers[row]}, {"label", truth.numbers[row]}});
  }
  Json quantiles = Json::Object();
  for (const auto& [name, share] :
       {std::pair{"p05", 0.05}, {"p25", 0.25}, {"p50", 0.5}, {"p75", 0.75}, {"p95", 0.95}})
    quantiles.Set(name, at(share));
  // The outermost of a heavy tail would leave one bar of the picture.
  return Json{{"histogram", HistogramOf(residuals, at(0.005), at(0.995))},
              {"quantiles", std::move(quantiles)},
              {"dots", std::move(dots)}};
}

}  // namespace cairn::evaluation

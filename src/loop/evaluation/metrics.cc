#include "loop/evaluation/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace cairn::evaluation {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct MetricFacts {
  Metric metric;
  std::string_view name;
  bool higher_is_better;
  bool regression;
};
constexpr std::array<MetricFacts, 19> kFacts{{
    {Metric::LogLoss, "log_loss", false, false},
    {Metric::Brier, "brier", false, false},
    {Metric::RocAuc, "roc_auc", true, false},
    {Metric::AveragePrecision, "average_precision", true, false},
    {Metric::Accuracy, "accuracy", true, false},
    {Metric::Precision, "precision", true, false},
    {Metric::Recall, "recall", true, false},
    {Metric::F1, "f1", true, false},
    {Metric::BalancedAccuracy, "balanced_accuracy", true, false},
    {Metric::Specificity, "specificity", true, false},
    {Metric::Mcc, "mcc", true, false},
    {Metric::CalibrationError, "calibration_error", false, false},
    {Metric::CostPerThousand, "cost_per_1000", false, false},
    {Metric::Rmse, "rmse", false, true},
    {Metric::Mae, "mae", false, true},
    {Metric::R2, "r2", true, true},
    {Metric::MedianAbsoluteError, "median_absolute_error", false, true},
    {Metric::Mape, "mape", false, true},
    {Metric::Smape, "smape", false, true},
}};

const MetricFacts& FactsOf(Metric metric) { return kFacts[static_cast<std::size_t>(metric)]; }

constexpr auto kMetrics = [] {
  std::array<Metric, kFacts.size()> metrics{};
  for (std::size_t i = 0; i < kFacts.size(); ++i) metrics[i] = kFacts[i].metric;
  return metrics;
}();

std::string Row(std::size_t row) { return "row " + std::to_string(row); }

Result<Done> CheckShape(Sample sample) {
  if (sample.labels.size() != sample.scores.size()) {
    return Error{Reason::InvalidArgument, "there are " + std::to_string(sample.labels.size()) +
                                              " labels but " + std::to_string(sample.scores.size()) +
                                              " scores; give one score for each label"};
  }
  if (sample.labels.empty()) return Error{Reason::Unprocessable, "there are no rows to evaluate"};
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    if (std::isfinite(sample.labels[i]) && std::isfinite(sample.scores[i])) continue;
    return Error{
        Reason::InvalidArgument,
        Row(i) + " has a label or score that is missing or infinite; drop such rows before evaluating"};
  }
  return Done{};
}

Result<Done> CheckBinary(Sample sample) {
  CAIRN_TRY(CheckShape(sample));
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    if (sample.labels[i] != 0.0 && sample.labels[i] != 1.0) {
      return Error{Reason::InvalidArgument,
                   Row(i) + " has a label other than 0 and 1; a binary metric needs these two"};
    }
    if (sample.scores[i] < 0.0 || sample.scores[i] > 1.0) {
      return Error{Reason::InvalidArgument,
                   Row(i) + " has a score outside 0..1; a binary metric needs probabilities"};
    }
  }
  return Done{};
}

std::vector<std::uint32_t> ByFallingScore(std::span<const double> scores) {
  std::vector<std::uint32_t> rows(scores.size());
  std::iota(rows.begin(), rows.end(), 0u);
  std::sort(rows.begin(), rows.end(),
            [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  return rows;
}

double LossOf(Metric metric, double label, double score) {
  switch (metric) {
    case Metric::LogLoss: {
      constexpr double kLeast = std::numeric_limits<double>::epsilon();
      const double kept = std::clamp(score, kLeast, 1.0 - kLeast);
      return label == 1.0 ? -std::log(kept) : -std::log(1.0 - kept);
    }
    case Metric::Mae:
    case Metric::MedianAbsoluteError:
      return std::fabs(label - score);
    case Metric::Mape:
      return std::fabs(label - score) / std::max(std::fabs(label), std::numeric_limits<double>::epsilon());
    case Metric::Smape: {
      const double both = std::fabs(label) + std::fabs(score);
      return both > 0 ? 2 * std::fabs(label - score) / both : 0;
    }
    default:
      return (label - score) * (label - score);
  }
}

std::size_t BinOf(double score, int bins) {
  return static_cast<std::size_t>(std::min(static_cast<int>(score * bins), bins - 1));
}

/// Sums over the rows of a bin; doubles, since rows may be weighted.
struct BinSums {
  double rows = 0;
  double scores = 0;
  double labels = 0;
};

double ExpectedError(const std::vector<BinSums>& bins) {
  double rows = 0;
  double off = 0;
  for (const BinSums& bin : bins) {
    rows += bin.rows;
    off += std::fabs(bin.scores - bin.labels);
  }
  return off / rows;
}

double Ratio(double part, double whole) { return whole > 0 ? part / whole : 0.0; }

double CostOf(const CostMatrix& cost, double tp, double fp, double tn, double fn) {
  return 1000.0 *
         (cost.true_positive * tp + cost.false_positive * fp + cost.true_negative * tn +
          cost.false_negative * fn) /
         (tp + fp + tn + fn);
}

}  // namespace

std::string_view NameOf(Metric metric) { return FactsOf(metric).name; }
bool HigherIsBetter(Metric metric) { return FactsOf(metric).higher_is_better; }
bool IsRegression(Metric metric) { return FactsOf(metric).regression; }
std::span<const Metric> AllMetrics() { return kMetrics; }

Result<Metric> MetricNamed(std::string_view name) {
  std::string known;
  for (const MetricFacts& facts : kFacts) {
    if (facts.name == name) return facts.metric;
    known += (known.empty() ? "" : ", ") + std::string(facts.name);
  }
  return Error{Reason::InvalidArgument,
               "there is no metric '" + std::string(name) + "'; choose one of " + known};
}

Measure::Measure(Metric metric, Sample sample, const MetricSettings& settings)
    : metric_(metric), sample_(sample), settings_(settings) {
  if (metric == Metric::RocAuc || metric == Metric::AveragePrecision) ranked_ = ByFallingScore(sample.scores);
  const bool is_mean = metric == Metric::LogLoss || metric == Metric::Brier || IsRegression(metric);
  if (!is_mean) return;
  losses_.resize(rows());
  for (std::size_t i = 0; i < rows(); ++i) losses_[i] = LossOf(metric, sample.labels[i], sample.scores[i]);
  if (metric == Metric::MedianAbsoluteError) ranked_ = ByFallingScore(losses_);
}

Result<Measure> Measure::Of(Metric metric, Sample sample, const MetricSettings& settings) {
  CAIRN_TRY(IsRegression(metric) ? CheckShape(sample) : CheckBinary(sample));
  if (settings.calibration_bins < 1)
    return Error{Reason::InvalidArgument, "calibration needs at least one bin"};
  if (sample.labels.size() > std::numeric_limits<std::uint32_t>::max()) {
    return Error{Reason::TooLarge,
                 "more than 4,294,967,295 rows cannot be evaluated at once; sample them first"};
  }
  return Measure(metric, sample, settings);
}

template <class Weight>
double Measure::MeanLoss(Weight weight) const {
  double sum = 0;
  double rows = 0;
  for (std::size_t i = 0; i < losses_.size(); ++i) {
    const double times = weight(i);
    sum += times * losses_[i];
    rows += times;
  }
  return sum / rows;
}

template <class Weight>
double Measure::OverRanks(Weight weight) const {
  double above_positive = 0, above_all = 0, area = 0, precision_sum = 0;
  for (std::size_t i = 0; i < ranked_.size();) {
    const double score = sample_.scores[ranked_[i]];
    double positive = 0, all = 0;
    for (; i < ranked_.size() && sample_.scores[ranked_[i]] == score; ++i) {
      const double times = weight(ranked_[i]);
      all += times;
      positive += times * sample_.labels[ranked_[i]];
    }
    area += (all - positive) * (above_positive + positive / 2);
    above_positive += positive;
    above_all += all;
    if (positive > 0) precision_sum += positive * (above_positive / above_all);
  }
  if (metric_ == Metric::AveragePrecision) return above_positive > 0 ? precision_sum / above_positive : kNan;
  const double pairs = above_positive * (above_all - above_positive);
  return pairs > 0 ? area / pairs : kNan;
}

template <class Weight>
double Measure::OverDecisions(Weight weight) const {
  double tp = 0, fp = 0, tn = 0, fn = 0;
  for (std::size_t i = 0; i < rows(); ++i) {
    const bool decided = sample_.scores[i] >= settings_.threshold;
    const bool is = sample_.labels[i] == 1.0;
    (decided ? (is ? tp : fp) : (is ? fn : tn)) += weight(i);
  }
  switch (metric_) {
    case Metric::Accuracy:
      return (tp + tn) / (tp + fp + tn + fn);
    case Metric::Precision:
      return Ratio(tp, tp + fp);
    case Metric::Recall:
      return Ratio(tp, tp + fn);
    case Metric::F1:
      return Ratio(2 * tp, 2 * tp + fp + fn);
    case Metric::Specificity:
      return Ratio(tn, tn + fp);
    case Metric::BalancedAccuracy:
      if (tp + fn == 0 || tn + fp == 0) return Ratio(tp + tn, tp + fp + tn + fn);
      return (tp / (tp + fn) + tn / (tn + fp)) / 2;
    case Metric::Mcc:
      return Ratio(tp * tn - fp * fn, std::sqrt((tp + fp) * (tp + fn)) * std::sqrt((tn + fp) * (tn + fn)));
    default:
      return CostOf(settings_.cost, tp, fp, tn, fn);
  }
}

template <class Weight>
double Measure::Median(Weight weight) const {
  double rows_seen = 0, above = 0, upper = kNan;
  for (std::size_t i = 0; i < rows(); ++i) rows_seen += weight(i);
  for (const std::uint32_t row : ranked_) {
    above += weight(row);
    if (std::isnan(upper) && 2 * above >= rows_seen) upper = losses_[row];
    if (2 * above > rows_seen) return (upper + losses_[row]) / 2;
  }
  return upper;
}

template <class Weight>
double Measure::OverBins(Weight weight) const {
  std::vector<BinSums> bins(static_cast<std::size_t>(settings_.calibration_bins));
  for (std::size_t i = 0; i < rows(); ++i) {
    BinSums& bin = bins[BinOf(sample_.scores[i], settings_.calibration_bins)];
    const double times = weight(i);
    bin.rows += times;
    bin.scores += times * sample_.scores[i];
    bin.labels += times * sample_.labels[i];
  }
  return ExpectedError(bins);
}

template <class Weight>
double Measure::Determination(Weight weight) const {
  double rows_seen = 0, sum = 0;
  for (std::size_t i = 0; i < rows(); ++i) {
    rows_seen += weight(i);
    sum += weight(i) * sample_.labels[i];
  }
  const double mean = sum / rows_seen;
  double total = 0, residual = 0;
  for (std::size_t i = 0; i < rows(); ++i) {
    const double off = sample_.labels[i] - mean;
    total += weight(i) * off * off;
    residual += weight(i) * losses_[i];
  }
  if (total == 0) return residual == 0 ? 1.0 : 0.0;
  return 1.0 - residual / total;
}

template <class Weight>
double Measure::Evaluate(Weight weight) const {
  switch (metric_) {
    case Metric::LogLoss:
    case Metric::Brier:
    case Metric::Mae:
    case Metric::Mape:
    case Metric::Smape:
      return MeanLoss(weight);
    case Metric::MedianAbsoluteError:
      return Median(weight);
    case Metric::Rmse:
      return std::sqrt(MeanLoss(weight));
    case Metric::R2:
      return Determination(weight);
    case Metric::RocAuc:
    case Metric::AveragePrecision:
      return OverRanks(weight);
    case Metric::CalibrationError:
      return OverBins(weight);
    case Metric::Accuracy:
    case Metric::Precision:
    case Metric::Recall:
    case Metric::F1:
    case Metric::BalancedAccuracy:
    case Metric::Specificity:
    case Metric::Mcc:
    case Metric::CostPerThousand:
      return OverDecisions(weight);
  }
  return kNan;
}

double Measure::Value() const {
  return Evaluate([](std::size_t) { return 1.0; });
}

double Measure::Value(std::span<const std::uint32_t> weights) const {
  return Evaluate([weights](std::size_t row) { return static_cast<double>(weights[row]); });
}

Result<double> ValueOf(Metric metric, Sample sample, const MetricSettings& settings) {
  return CAIRN_TRY(Measure::Of(metric, sample, settings)).Value();
}

Result<Confusion> ConfusionAt(Sample sample, double threshold) {
  CAIRN_TRY(CheckBinary(sample));
  Confusion confusion;
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    const bool is = sample.labels[i] == 1.0;
    if (sample.scores[i] >= threshold) {
      ++(is ? confusion.true_positive : confusion.false_positive);
    } else {
      ++(is ? confusion.false_negative : confusion.true_negative);
    }
  }
  return confusion;
}

double CostPerThousandOf(const Confusion& confusion, const CostMatrix& cost) {
  return CostOf(cost, static_cast<double>(confusion.true_positive),
                static_cast<double>(confusion.false_positive), static_cast<double>(confusion.true_negative),
                static_cast<double>(confusion.false_negative));
}

Result<ThresholdChoice> CheapestThreshold(Sample sample, const CostMatrix& cost) {
  CAIRN_TRY(CheckBinary(sample));
  const std::vector<std::uint32_t> ranked = ByFallingScore(sample.scores);
  Confusion confusion;
  for (const double label : sample.labels)
    ++(label == 1.0 ? confusion.false_negative : confusion.true_negative);
  const double greatest = sample.scores[ranked.front()];
  ThresholdChoice best{std::nextafter(greatest, std::numeric_limits<double>::infinity()),
                       CostPerThousandOf(confusion, cost)};
  for (std::size_t i = 0; i < ranked.size();) {
    const double threshold = sample.scores[ranked[i]];
    for (; i < ranked.size() && sample.scores[ranked[i]] == threshold; ++i) {
      const bool is = sample.labels[ranked[i]] == 1.0;
      ++(is ? confusion.true_positive : confusion.false_positive);
      --(is ? confusion.false_negative : confusion.true_negative);
    }
    const double here = CostPerThousandOf(confusion, cost);
    if (here <= best.cost_per_thousand) best = {threshold, here};
  }
  return best;
}

Result<Calibration> CalibrationOf(Sample sample, int bins) {
  CAIRN_TRY(CheckBinary(sample));
  if (bins < 1) return Error{Reason::InvalidArgument, "calibration needs at least one bin"};
  std::vector<BinSums> sums(static_cast<std::size_t>(bins));
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    BinSums& bin = sums[BinOf(sample.scores[i], bins)];
    bin.rows += 1;
    bin.scores += sample.scores[i];
    bin.labels += sample.labels[i];
  }
  Calibration calibration;
  calibration.expected_error = ExpectedError(sums);
  const auto rows = static_cast<double>(sample.labels.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const BinSums& bin = sums[i];
    calibration.mean_score += bin.scores / rows;
    calibration.mean_label += bin.labels / rows;
    calibration.bins.push_back({static_cast<double>(i) / bins, static_cast<double>(i + 1) / bins,
                                static_cast<std::int64_t>(bin.rows), Ratio(bin.scores, bin.rows),
                                Ratio(bin.labels, bin.rows)});
  }
  return calibration;
}

}  // namespace cairn::evaluation

#include "loop/evaluation/statistics/binary_sheet.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace cairn::evaluation {
namespace {

constexpr double kLeastChance = 0x1p-52;

Result<> Check(Sample sample, bool probabilities) {
  if (sample.labels.size() != sample.scores.size()) {
    return Error{Reason::InvalidArgument, std::to_string(sample.scores.size()) + " scores for " +
                                              std::to_string(sample.labels.size()) + " labels"};
  }
  if (sample.labels.empty()) return Error{Reason::Unprocessable, "there is no row to measure on"};
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    if (sample.labels[i] != 0 && sample.labels[i] != 1)
      return Error{Reason::InvalidArgument,
                   "row " + std::to_string(i + 1) + " has a label other than 0 and 1"};
    const double score = sample.scores[i];
    if (!(score >= 0 && score <= 1)) {
      return Error{Reason::InvalidArgument, "row " + std::to_string(i + 1) + " has " + std::to_string(score) +
                                                " for a probability, which must lie between 0 and 1"};
    }
    if (!probabilities && score != 0 && score != 1)
      return Error{Reason::InvalidArgument, "row " + std::to_string(i + 1) + " is decided neither 0 nor 1"};
  }
  return Done{};
}

double Ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Result<std::unique_ptr<BinarySheet>> BinarySheet::Of(Sample sample, const BinarySettings& settings) {
  CAIRN_TRY(Check(sample, settings.probabilities));
  std::unique_ptr<BinarySheet> sheet(new BinarySheet(settings));
  sheet->Prepare(sample);
  sheet->NameFigures();
  return sheet;
}

void BinarySheet::NameFigures() {
  for (const char* name :
       {"accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "mcc"})
    figures_.push_back({name, true});
  figures_.push_back({"positive_rate", true, false});
  figures_.push_back({"cost_per_1000", false});
  if (!settings_.probabilities) return;
  figures_.push_back({"roc_auc", true});
  figures_.push_back({"average_precision", true});
  for (const char* name : {"log_loss", "brier", "calibration_error"}) figures_.push_back({name, false});
}

void BinarySheet::Prepare(Sample sample) {
  const std::size_t rows = sample.labels.size();
  std::vector<std::pair<double, std::uint32_t>> order(rows);
  for (std::size_t i = 0; i < rows; ++i) order[i] = {-sample.scores[i], static_cast<std::uint32_t>(i)};
  std::sort(order.begin(), order.end());
  place_of_.resize(rows);
  scores_.resize(rows);
  labels_.resize(rows);
  losses_.resize(rows);
  const int bins = settings_.calibration_bins;
  int bin = bins;
  for (std::size_t place = 0; place < rows; ++place) {
    const std::uint32_t row = order[place].second;
    const double score = sample.scores[row];
    place_of_[row] = static_cast<std::uint32_t>(place);
    scores_[place] = score;
    labels_[place] = sample.labels[row] == 1;
    const double chance = std::clamp(score, kLeastChance, 1 - kLeastChance);
    losses_[place] = labels_[place] ? -std::log(chance) : -std::log1p(-chance);
    if (place > 0 && scores_[place - 1] != score) ends_.push_back(static_cast<std::uint32_t>(place));
    const int here = std::min(bins - 1, static_cast<int>(score * bins));
    if (here != bin) bin_starts_.push_back(static_cast<std::uint32_t>(place));
    bin = here;
    decided_ += score >= settings_.threshold;
  }
  ends_.push_back(static_cast<std::uint32_t>(rows));
}

template <class WeightAt>
void BinarySheet::Pass(WeightAt weight_at, std::span<double> into) const {
  Counts64 counts;
  std::int64_t positives = 0, negatives = 0, area = 0;  // the area is twice that under the curve
  double precision_area = 0, calibration = 0, bin_scores = 0;
  std::int64_t bin_labels = 0;
  Sum loss, brier;
  std::size_t place = 0, bin = 0;
  const auto close_bin = [&] {
    calibration += std::abs(bin_scores - static_cast<double>(bin_labels));
    bin_scores = 0;
    bin_labels = 0;
  };
  for (const std::uint32_t end : ends_) {
    const std::int64_t positives_before = positives, negatives_before = negatives;
    if (bin < bin_starts_.size() && place == bin_starts_[bin]) {
      close_bin();
      ++bin;
    }
    if (place == decided_) counts = {positives, negatives, 0, 0};
    const double score = scores_[place], from_one = (1 - score) * (1 - score), from_zero = score * score;
    for (; place < end; ++place) {
      const std::int64_t weight = weight_at(place);
      if (weight == 0) continue;
      const double times = static_cast<double>(weight);
      const bool positive = labels_[place] != 0;
      (positive ? positives : negatives) += weight;
      bin_labels += positive ? weight : 0;
      bin_scores += times * score;
      loss.Add(times * losses_[place]);
      brier.Add(times * (positive ? from_one : from_zero));
    }
    area += (negatives - negatives_before) * (positives + positives_before);
    if (positives != positives_before)
      precision_area +=
          static_cast<double>(positives - positives_before) * Ratio(positives, positives + negatives);
  }
  close_bin();
  if (decided_ == rows()) counts = {positives, negatives, 0, 0};
  counts.positives = positives;
  counts.negatives = negatives;
  Decisions(counts, into);
  if (!settings_.probabilities) return;
  const double whole = static_cast<double>(positives + negatives), ones = static_cast<double>(positives);
  into[9] = static_cast<double>(area) / 2 / (ones * static_cast<double>(negatives));
  into[10] = precision_area / ones;
  into[11] = loss.Total() / whole;
  into[12] = brier.Total() / whole;
  into[13] = calibration / whole;
}

void BinarySheet::Decisions(const Counts64& counts, std::span<double> into) const {
  const std::int64_t tp = counts.tp, fp = counts.fp, fn = counts.positives - tp, tn = counts.negatives - fp;
  const std::int64_t rows = counts.positives + counts.negatives;
  const double recall = Ratio(tp, tp + fn), specificity = Ratio(tn, tn + fp);
  into[0] = Ratio(tp + tn, rows);
  const bool both = counts.positives > 0 && counts.negatives > 0;
  into[1] = both ? (recall + specificity) / 2 : counts.positives > 0 ? recall : specificity;
  into[2] = Ratio(tp, tp + fp);
  into[3] = recall;
  into[4] = specificity;
  into[5] = Ratio(2 * tp, 2 * tp + fp + fn);
  const double a = static_cast<double>(tp), b = static_cast<double>(fp), c = static_cast<double>(fn),
               d = static_cast<double>(tn);
  const double spread = std::sqrt((a + b) * (a + c)) * std::sqrt((d + b) * (d + c));
  into[6] = spread > 0 ? (a * d - b * c) / spread : 0;
  into[7] = Ratio(tp + fp, rows);
  into[8] = 1000 *
            (a * settings_.cost.true_positive + b * settings_.cost.false_positive +
             c * settings_.cost.false_negative + d * settings_.cost.true_negative) /
            static_cast<double>(rows);
}

void BinarySheet::Measure(std::span<const Weight> weights, std::span<double> into) const {
  if (weights.empty())
    Pass([](std::size_t) { return std::int64_t{1}; }, into);
  else
    Pass([&](std::size_t place) { return static_cast<std::int64_t>(weights[place]); }, into);
}

Confusion BinarySheet::Counts() const {
  Confusion counts;
  for (std::size_t place = 0; place < rows(); ++place) {
    const bool decided = place < decided_;
    ++(labels_[place] ? (decided ? counts.true_positive : counts.false_negative)
                      : (decided ? counts.false_positive : counts.true_negative));
  }
  return counts;
}

}  // namespace cairn::evaluation

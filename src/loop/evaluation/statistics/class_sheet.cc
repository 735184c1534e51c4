#include "loop/evaluation/statistics/class_sheet.h"

#include <algorithm>
#include <numeric>

namespace cairn::evaluation {
namespace {

constexpr double kLeastChance = 0x1p-52, kSumTolerance = 1e-5;
constexpr std::size_t kMeans = 9;  ///< Figures of decisions before those of each class.

Result<> CheckProbabilities(const ClassRows& rows) {
  const std::size_t k = rows.classes.size();
  if (rows.probabilities.size() != rows.labels.size() * k) {
    return Error{Reason::InvalidArgument, std::to_string(rows.probabilities.size()) + " probabilities for " +
                                              std::to_string(rows.labels.size()) + " rows of " +
                                              std::to_string(k) + " classes"};
  }
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    double sum = 0;
    for (std::size_t c = 0; c < k; ++c) {
      const double chance = rows.probabilities[row * k + c];
      if (!(chance >= 0 && chance <= 1))
        return Error{Reason::InvalidArgument,
                     "row " + std::to_string(row + 1) + " has a probability outside 0 to 1"};
      sum += chance;
    }
    if (std::abs(sum - 1) > kSumTolerance)
      return Error{Reason::InvalidArgument, "the probabilities of row " + std::to_string(row + 1) +
                                                " sum to " + std::to_string(sum) + " instead of 1"};
  }
  return Done{};
}

Result<> Check(const ClassRows& rows) {
  if (rows.labels.size() != rows.decided.size()) {
    return Error{Reason::InvalidArgument, std::to_string(rows.decided.size()) + " decisions for " +
                                              std::to_string(rows.labels.size()) + " labels"};
  }
  if (rows.labels.empty()) return Error{Reason::Unprocessable, "there is no row to measure on"};
  for (const auto list : {rows.labels, rows.decided}) {
    if (std::ranges::any_of(list, [&](std::uint32_t c) { return c >= rows.classes.size(); }))
      return Error{Reason::InvalidArgument, "a row is of a class that is not listed"};
  }
  return rows.probabilities.empty() ? Result<>() : CheckProbabilities(rows);
}

double Ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

}  // namespace

Result<std::unique_ptr<ClassSheet>> ClassSheet::Of(const ClassRows& rows) {
  CAIRN_TRY(Check(rows));
  std::unique_ptr<ClassSheet> sheet(new ClassSheet());
  sheet->Prepare(rows);
  sheet->NameFigures();
  return sheet;
}

void ClassSheet::Prepare(const ClassRows& rows) {
  classes_ = rows.classes;
  bins_ = rows.calibration_bins;
  labels_.assign(rows.labels.begin(), rows.labels.end());
  decided_.assign(rows.decided.begin(), rows.decided.end());
  place_of_.resize(labels_.size());
  std::iota(place_of_.begin(), place_of_.end(), 0u);
  if (rows.probabilities.empty()) return;
  const std::size_t k = classes_.size();
  for (std::size_t row = 0; row < labels_.size(); ++row) {
    const auto chances = rows.probabilities.subspan(row * k, k);
    losses_.push_back(-std::log(std::clamp(chances[labels_[row]], kLeastChance, 1 - kLeastChance)));
    double square = 0;
    for (std::size_t c = 0; c < k; ++c) {
      const double off = chances[c] - (labels_[row] == c ? 1 : 0);
      square += off * off;
    }
    squares_.push_back(square);
    tops_.push_back(*std::ranges::max_element(chances));
  }
  for (std::size_t c = 0; c < k; ++c) {
    const auto chance = [&](std::uint32_t row) { return rows.probabilities[row * k + c]; };
    Ranking ranking{place_of_, {}};
    std::ranges::stable_sort(ranking.order, std::ranges::greater{}, chance);
    for (std::size_t i = 1; i < ranking.order.size(); ++i)
      if (chance(ranking.order[i]) != chance(ranking.order[i - 1]))
        ranking.ends.push_back(static_cast<std::uint32_t>(i));
    ranking.ends.push_back(static_cast<std::uint32_t>(ranking.order.size()));
    rankings_.push_back(std::move(ranking));
  }
}

void ClassSheet::NameFigures() {
  for (const char* name : {"accuracy", "balanced_accuracy", "precision_macro", "recall_macro", "f1_macro",
                           "precision_weighted", "recall_weighted", "f1_weighted", "mcc"})
    figures_.push_back({name, true});
  for (const char* name : {"precision", "recall", "f1"})
    for (const auto& one : classes_) figures_.push_back({std::string(name) + "[" + one + "]", true});
  if (rankings_.empty()) return;
  figures_.push_back({"roc_auc", true});
  figures_.push_back({"average_precision", true});
  for (const char* name : {"log_loss", "brier", "calibration_error"}) figures_.push_back({name, false});
}

void ClassSheet::OfDecisions(std::span<const std::int64_t> cells, std::span<double> into) const {
  const std::size_t k = classes_.size();
  std::vector<double> labelled(k), decided(k), right(k);
  double all = 0, hits = 0;
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      const double count = static_cast<double>(cells[i * k + j]);
      labelled[i] += count;
      decided[j] += count;
      all += count;
    }
    right[i] = static_cast<double>(cells[i * k + i]);
    hits += right[i];
  }
  std::fill_n(into.begin(), kMeans, 0.0);
  double occurring = 0, labels_occurring = 0, products = 0, label_squares = 0, decided_squares = 0;
  for (std::size_t c = 0; c < k; ++c) {
    const double precision = Ratio(right[c], decided[c]), recall = Ratio(right[c], labelled[c]),
                 f1 = Ratio(2 * right[c], decided[c] + labelled[c]);
    into[kMeans + c] = precision;
    into[kMeans + k + c] = recall;
    into[kMeans + 2 * k + c] = f1;
    occurring += labelled[c] + decided[c] > 0;
    labels_occurring += labelled[c] > 0;
    into[1] += recall;
    into[2] += precision;
    into[3] += recall;
    into[4] += f1;
    into[5] += labelled[c] * precision;
    into[6] += labelled[c] * recall;
    into[7] += labelled[c] * f1;
    products += labelled[c] * decided[c];
    label_squares += labelled[c] * labelled[c];
    decided_squares += decided[c] * decided[c];
  }
  into[0] = hits / all;
  into[1] /= labels_occurring;
  for (const std::size_t i : {2u, 3u, 4u}) into[i] /= occurring;
  for (const std::size_t i : {5u, 6u, 7u}) into[i] /= all;
  const double spread = std::sqrt(all * all - decided_squares) * std::sqrt(all * all - label_squares);
  into[8] = spread > 0 ? (hits * all - products) / spread : 0;
}

template <class WeightAt>
void ClassSheet::OfProbabilities(WeightAt weight_at, std::span<double> into) const {
  double areas = 0, precisions = 0;
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    std::int64_t positives = 0, negatives = 0, area = 0;
    double precision_area = 0;
    std::size_t at = 0;
    for (const std::uint32_t end : rankings_[c].ends) {
      const std::int64_t positives_before = positives, negatives_before = negatives;
      for (; at < end; ++at) {
        const std::uint32_t row = rankings_[c].order[at];
        (labels_[row] == c ? positives : negatives) += weight_at(row);
      }
      area += (negatives - negatives_before) * (positives + positives_before);
      if (positives != positives_before)
        precision_area += static_cast<double>(positives - positives_before) *
                          (static_cast<double>(positives) / static_cast<double>(positives + negatives));
    }
    const double ones = static_cast<double>(positives);
    areas += static_cast<double>(area) / 2 / (ones * static_cast<double>(negatives));
    precisions += precision_area / ones;
  }
  const double k = static_cast<double>(classes_.size());
  into[0] = areas / k;
  into[1] = precisions / k;
  Sum loss, brier;
  double all = 0;
  std::vector<double> gaps(static_cast<std::size_t>(bins_));
  for (std::size_t row = 0; row < labels_.size(); ++row) {
    const double weight = static_cast<double>(weight_at(row));
    all += weight;
    loss.Add(weight * losses_[row]);
    brier.Add(weight * squares_[row]);
    const int bin = std::min(bins_ - 1, static_cast<int>(tops_[row] * bins_));
    gaps[static_cast<std::size_t>(bin)] += weight * (tops_[row] - (labels_[row] == decided_[row] ? 1 : 0));
  }
  into[2] = loss.Total() / all;
  into[3] = brier.Total() / all;
  into[4] = 0;
  for (const double gap : gaps) into[4] += std::abs(gap) / all;
}

template <class WeightAt>
void ClassSheet::Pass(WeightAt weight_at, std::span<double> into) const {
  const std::size_t k = classes_.size();
  std::vector<std::int64_t> cells(k * k);
  for (std::size_t row = 0; row < labels_.size(); ++row)
    cells[labels_[row] * k + decided_[row]] += weight_at(row);
  OfDecisions(cells, into);
  if (!rankings_.empty()) OfProbabilities(weight_at, into.subspan(kMeans + 3 * k));
}

void ClassSheet::Measure(std::span<const Weight> weights, std::span<double> into) const {
  if (weights.empty())
    Pass([](std::size_t) { return std::int64_t{1}; }, into);
  else
    Pass([&](std::size_t place) { return static_cast<std::int64_t>(weights[place]); }, into);
}

std::vector<std::vector<std::int64_t>> ClassSheet::Counts() const {
  std::vector counts(classes_.size(), std::vector<std::int64_t>(classes_.size()));
  for (std::size_t row = 0; row < labels_.size(); ++row) ++counts[labels_[row]][decided_[row]];
  return counts;
}

}  // namespace cairn::evaluation

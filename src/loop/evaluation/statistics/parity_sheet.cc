#include "loop/evaluation/statistics/parity_sheet.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace cairn::evaluation {
namespace {

double Ratio(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// The least and the greatest of what is defined.
class Range {
 public:
  void Add(double value) {
    if (std::isnan(value)) return;
    ++count_;
    least_ = std::min(least_, value);
    greatest_ = std::max(greatest_, value);
  }
  double Gap() const { return count_ > 1 ? greatest_ - least_ : std::nan(""); }
  double Ratio() const { return count_ < 2 ? std::nan("") : greatest_ == 0 ? 1 : least_ / greatest_; }

 private:
  int count_ = 0;
  double least_ = std::numeric_limits<double>::infinity(), greatest_ = -least_;
};

bool IsBit(double value) { return value == 0 || value == 1; }

}  // namespace

Result<std::unique_ptr<ParitySheet>> ParitySheet::Of(const GroupedRows& rows) {
  const std::size_t count = rows.labels.size();
  if (rows.group.size() != count || rows.decided.size() != count ||
      (!rows.scores.empty() && rows.scores.size() != count))
    return Error{Reason::InvalidArgument, "groups, labels, decisions and scores must be of one length"};
  if (count == 0) return Error{Reason::Unprocessable, "there is no row to measure on"};
  std::unique_ptr<ParitySheet> sheet(new ParitySheet());
  sheet->groups_ = rows.groups;
  for (std::size_t i = 0; i < count; ++i) {
    if (!IsBit(rows.labels[i]) || !IsBit(rows.decided[i]) || rows.group[i] >= rows.groups)
      return Error{
          Reason::InvalidArgument,
          "row " + std::to_string(i + 1) + " is of no group, or its label or decision is neither 0 nor 1"};
    sheet->cells_.push_back(rows.group[i] * 4 +
                            static_cast<std::uint32_t>(rows.labels[i] * 2 + rows.decided[i]));
  }
  sheet->scores_.assign(rows.scores.begin(), rows.scores.end());
  sheet->place_of_.resize(count);
  std::iota(sheet->place_of_.begin(), sheet->place_of_.end(), 0u);
  sheet->figures_ = {{"demographic_parity_difference", false},
                     {"disparate_impact", true},
                     {"equal_opportunity_difference", false},
                     {"equalized_odds_difference", false}};
  if (!rows.scores.empty()) sheet->figures_.push_back({"calibration_gap", false});
  return sheet;
}

std::vector<GroupRates> ParitySheet::RatesOf(std::span<const std::int64_t> cells,
                                             std::span<const double> scores) const {
  std::vector<GroupRates> rates(groups_);
  for (std::size_t g = 0; g < groups_; ++g) {
    const auto cell = cells.subspan(g * 4, 4);
    const std::int64_t negatives = cell[0] + cell[1], positives = cell[2] + cell[3],
                       rows = negatives + positives;
    rates[g] = {rows,
                Ratio(cell[1] + cell[3], rows),
                Ratio(cell[3], positives),
                Ratio(cell[1], negatives),
                Ratio(positives, rows),
                scores.empty() ? std::nan("") : scores[g] / static_cast<double>(rows)};
  }
  return rates;
}

void ParitySheet::Measure(std::span<const Weight> weights, std::span<double> into) const {
  std::vector<std::int64_t> cells(groups_ * 4);
  std::vector<double> scores(scores_.empty() ? 0 : groups_);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const std::int64_t weight = weights.empty() ? 1 : weights[i];
    cells[cells_[i]] += weight;
    if (!scores.empty()) scores[cells_[i] / 4] += static_cast<double>(weight) * scores_[i];
  }
  Range decided, found, alarmed, calibration;
  for (const GroupRates& group : RatesOf(cells, scores)) {
    decided.Add(group.positive_rate);
    found.Add(group.true_positive_rate);
    alarmed.Add(group.false_positive_rate);
    calibration.Add(std::abs(group.mean_score - group.base_rate));
  }
  into[0] = decided.Gap();
  into[1] = decided.Ratio();
  into[2] = found.Gap();
  into[3] = std::isnan(found.Gap()) || std::isnan(alarmed.Gap()) ? std::nan("")
                                                                 : std::max(found.Gap(), alarmed.Gap());
  if (!scores.empty()) into[4] = calibration.Gap();
}

std::vector<GroupRates> ParitySheet::Rates() const {
  std::vector<std::int64_t> cells(groups_ * 4);
  std::vector<double> scores(scores_.empty() ? 0 : groups_);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    ++cells[cells_[i]];
    if (!scores.empty()) scores[cells_[i] / 4] += scores_[i];
  }
  return RatesOf(cells, scores);
}

}  // namespace cairn::evaluation
